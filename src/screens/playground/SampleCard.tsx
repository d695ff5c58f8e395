/** One completion: its tokens tinted by confidence, its verdict and the parts of its reward. A token opens its numbers. */
import { memo, useCallback, useMemo, useState } from 'react';
import { rolloutVerdict } from '../../lab/run/reasons';
import { undoBranch } from '../../store/play';
import type { PlaySample } from '../../store/playSamples';
import { Chips } from '../shared/Chips';
import { signed } from '../shared/format';
import { useLab } from '../shared/hooks';
import { PartsBar } from '../shared/PartsBar';
import { Reasons } from '../shared/Reasons';
import { segmentsOf } from '../shared/segments';
import { surpriseShade } from '../shared/shades';
import { TokenText } from '../shared/TokenText';
import { tip } from '../shared/tip';
import type { Chosen, Scale } from './Columns';
import styles from './SampleCard.module.css';
import { TokenPopover } from './TokenPopover';

interface SampleCardProps {
  readonly sample: PlaySample;
  /** Its column. */
  readonly place: number;
  readonly index: number;
  readonly isAlone: boolean;
  readonly vocabulary: readonly string[];
  readonly ends: readonly number[];
  readonly task: string;
  readonly scale: Scale | null;
  readonly isBusy: boolean;
  /** Position of the open token; null without one. */
  readonly token: number | null;
  readonly onChoose: (chosen: Chosen | null) => void;
}

/** Tokens up to the end of thinking, which is collapsed; 0 where nothing is. */
function collapsedTokens({ ids }: PlaySample, vocabulary: readonly string[]): number {
  const { segments } = segmentsOf(ids, vocabulary);
  const think = segments.findLast(({ kind }) => kind === 'think');
  return think ? think.first + think.tokens : 0;
}

function Judged({ sample, task, scale }: Pick<SampleCardProps, 'sample' | 'task' | 'scale'>) {
  const { completion } = sample;
  if (!completion?.verdict) return null;
  const { verdict, reward } = completion;
  const parts = reward?.parts.map(({ name, weight, value }) => ({ name, weight, amount: weight * value }));
  return (
    <>
      <p className={styles.reason}>{rolloutVerdict({ task }, { verdict: verdict.reason })}</p>
      {reward && parts && scale && (
        <>
          <div className={styles.reward}>
            <PartsBar completion={{ parts, reward: reward.total }} group={scale} axis={scale.axis} />
            <b {...tip('Reward')} data-testid="play-reward">
              {signed(reward.total)}
            </b>
          </div>
          <details className={styles.parts}>
            <summary>Reward parts</summary>
            <Reasons
              group={{ task }}
              rollout={{ verdict: verdict.reason, parts: reward.parts, reward: reward.total }}
            />
          </details>
        </>
      )}
    </>
  );
}

export const SampleCard = memo(function SampleCard(props: SampleCardProps) {
  const { sample, place, index, isAlone, vocabulary, ends, task, scale, isBusy, token, onChoose } = props;
  const { ids, tokens, completion, branch } = sample;
  const [anchor, setAnchor] = useState<Element | null>(null);
  const [isOpen, setOpen] = useState(false);
  const folded = useLab((state) => state.thoughts === 'folded');
  const thinking = useMemo(() => collapsedTokens(sample, vocabulary), [sample, vocabulary]);
  const hidden = folded && !isOpen ? thinking : 0;
  const shownIds = useMemo(() => ids.slice(hidden), [ids, hidden]);
  const choose = useCallback(
    (at: number | null) => onChoose(at === null ? null : { column: place, sample: index, token: at + hidden }),
    [onChoose, place, index, hidden],
  );
  const label = `sample ${index + 1} of column ${place + 1}`;
  const isShown = token !== null && token >= hidden && token < ids.length;
  return (
    <article className={styles.card} aria-label={`Sample ${index + 1}`} data-testid="play-sample">
      <header className={styles.head}>
        {!isAlone && <b>Sample {index + 1}</b>}
        <span className={styles.count}>
          {ids.length} {ids.length === 1 ? 'token' : 'tokens'}
        </span>
        {completion && (
          <Chips
            rollout={{
              text: completion.text,
              ended: completion.ended,
              correct: completion.verdict ? completion.verdict.correct : null,
            }}
          />
        )}
        {branch && (
          <span className={styles.branch}>
            Branch at token {branch.at + 1}{' '}
            <button type="button" onClick={() => undoBranch(place, index)}>
              Undo branch
            </button>
          </span>
        )}
      </header>
      {folded && thinking > 0 && (
        <button type="button" className={styles.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Collapse' : `${thinking} thinking ${thinking === 1 ? 'token' : 'tokens'}`}
        </button>
      )}
      <TokenText
        ids={shownIds}
        vocabulary={vocabulary}
        label={label}
        ended={completion?.ended ?? true}
        colorOf={(at) => {
          const numbers = tokens[at + hidden];
          return numbers ? surpriseShade(numbers.logprob) : null;
        }}
        chosen={isShown ? token - hidden : null}
        onChoose={choose}
        onAnchor={setAnchor}
      />
      {isShown && tokens[token] && (
        <TokenPopover
          anchor={anchor}
          place={place}
          sample={index}
          at={token}
          id={ids[token]!}
          numbers={tokens[token]}
          vocabulary={vocabulary}
          ends={ends}
          isBusy={isBusy}
          onClose={() => onChoose(null)}
        />
      )}
      <Judged sample={sample} task={task} scale={scale} />
    </article>
  );
});
