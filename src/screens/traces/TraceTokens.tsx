/** Tokens of a trace, coloured by a number; a chosen token shows its numbers. */
import { useState } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { show } from '../../store/lab';
import type { TracedStep } from '../../worker/traces';
import { useLab } from '../shared/hooks';
import { Popover } from '../shared/Popover';
import { TokenText } from '../shared/TokenText';
import texts from '../shared/text.module.css';
import { tip } from '../shared/tip';
import { type Inspected, InspectionSwitch } from './inspection';
import { TokenFacts } from './TokenFacts';
import styles from './TraceTokens.module.css';
import { type ColorId, type TokenColor, type TokenNumbers, tokenColors } from './tokenColors';

interface TraceTokensProps {
  readonly place: TracePlace;
  readonly loaded: TracedStep;
  readonly numbers: TokenNumbers;
  readonly color: ColorId;
  readonly onColor: (id: ColorId) => void;
  readonly inspected: Inspected;
}

function Colors({ numbers, color, onColor }: Pick<TraceTokensProps, 'numbers' | 'color' | 'onColor'>) {
  return (
    <div className={styles.colors} role="group" aria-label="Colour tokens by">
      <span className={texts.words}>Colour by</span>
      {tokenColors.map(({ id, title, missing }: TokenColor) => {
        const reason = missing(numbers);
        return (
          <button
            key={id}
            type="button"
            aria-pressed={id === color}
            disabled={reason !== null}
            {...tip(reason === null ? undefined : `${title} ${reason}`)}
            onClick={() => onColor(id as ColorId)}
          >
            {title}
          </button>
        );
      })}
    </div>
  );
}

/** Place of a token that was chosen in the table of the address, on this trace alone. */
const isOn = (state: { step: number | null; group: number | null; rollout: number }, place: TracePlace): boolean =>
  state.step === null || (state.step === place.step && (state.group ?? place.group) === place.group);

export function TraceTokens({ place, loaded, numbers, color, onColor, inspected }: TraceTokensProps) {
  const token = useLab((state) => (isOn(state, place) ? state.token : null));
  const folded = useLab((state) => state.thoughts === 'folded');
  const [anchor, setAnchor] = useState<Element | null>(null);
  const { rollout } = numbers;
  const wanted = tokenColors.find(({ id }) => id === color)! as TokenColor;
  const chosen: TokenColor = wanted.missing(numbers) === null ? wanted : tokenColors[0];
  const choose = (next: number | null) => show({ ...place, token: next });
  const inRange = token !== null && token < rollout.ids.length ? token : null;
  return (
    <>
      <Colors numbers={numbers} color={chosen.id as ColorId} onColor={onColor} />
      <p className={texts.words}>{chosen.legend}. Choose a token for its numbers.</p>
      <TokenText
        ids={rollout.ids}
        vocabulary={loaded.vocabulary}
        label={`completion ${place.rollout + 1}`}
        ended={rollout.ended}
        folded={folded}
        colorOf={(t) => chosen.shade(numbers, t)}
        chosen={inRange}
        onChoose={choose}
        onAnchor={setAnchor}
      />
      <InspectionSwitch inspected={inspected} />
      {inRange !== null && (
        <Popover
          anchor={anchor}
          focus={false}
          onClose={() => choose(null)}
          title={
            <>
              Token {inRange + 1}: <code>{loaded.vocabulary[rollout.ids[inRange]!] ?? '?'}</code>
            </>
          }
        >
          <TokenFacts numbers={numbers} token={inRange} />
        </Popover>
      )}
    </>
  );
}
