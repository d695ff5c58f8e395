/** Options of sampling: a slider and a number field each. A number that does not fit stays in its field and blocks Sample. */
import { Slider } from '@base-ui/react/slider';
import { useId, useState } from 'react';
import { refuseNumber, setNumber } from '../../store/play';
import { PLAY_RANGES, type PlayNumber, playFault } from '../../store/playChoice';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { usePlay } from './hooks';
import styles from './SamplingOptions.module.css';

interface Option {
  readonly name: PlayNumber;
  readonly title: string;
  readonly help: string;
  /** Step and end of the slider; without one there is only the field. */
  readonly slider?: { readonly step: number; readonly max: number };
}

const OPTIONS: readonly Option[] = [
  {
    name: 'temperature',
    title: 'Temperature',
    help: '0 is greedy',
    slider: { step: 0.05, max: PLAY_RANGES.temperature.max },
  },
  { name: 'topP', title: 'Top-p', help: '1 for all tokens', slider: { step: 0.01, max: 1 } },
  // a slider up to 1000 would be too coarse for vocabularies of about 100 characters
  { name: 'topK', title: 'Top-k', help: '0 for all tokens', slider: { step: 1, max: 100 } },
  { name: 'minP', title: 'Min-p', help: '0 for all tokens', slider: { step: 0.01, max: 1 } },
  { name: 'count', title: 'Samples N', help: 'of each model', slider: { step: 1, max: PLAY_RANGES.count.max } },
  { name: 'seed', title: 'Seed', help: 'the same for all' },
  { name: 'maxNew', title: 'Max new tokens', help: '0 for as many as fit' },
];

function OptionRow({ name, title, help, slider }: Option) {
  const value = useLab((state) => state.play[name]);
  const refused = usePlay((state) => state.refused[name] ?? null);
  const id = useId();
  const type = (text: string) => {
    const typed = text.trim() === '' ? Number.NaN : Number(text);
    const fault = playFault(name, typed);
    if (fault === null) setNumber(name, typed);
    else refuseNumber(name, { text, fault });
  };
  return (
    <div className={styles.row}>
      <label htmlFor={id}>
        {title} <small>{help}</small>
      </label>
      {slider ? (
        <Slider.Root
          className={styles.slider}
          min={PLAY_RANGES[name].min}
          max={slider.max}
          step={slider.step}
          value={Math.min(value, slider.max)}
          onValueChange={(next) => setNumber(name, Number(next.toFixed(2)))}
        >
          <Slider.Control className={styles.control}>
            <Slider.Track className={styles.track}>
              <Slider.Indicator className={styles.indicator} />
              <Slider.Thumb className={styles.thumb} getAriaLabel={() => `${title} slider`} />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
      ) : null}
      <input
        id={id}
        className={classes(styles.number, !slider && styles.wide)}
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={refused !== null}
        aria-describedby={refused ? `${id}-fault` : undefined}
        value={refused?.text ?? String(value)}
        onChange={({ target }) => type(target.value)}
      />
      {refused && (
        <span id={`${id}-fault`} className={styles.fault} role="alert">
          {title}: {refused.fault}
        </span>
      )}
    </div>
  );
}

/** Width from which the options are open at first, CSS pixels. */
const WIDE = 1000;

/** The options in a line, while they are collapsed. */
function Summary() {
  const { temperature, count, seed } = useLab((state) => state.play);
  return (
    <p className={texts.words}>
      Temperature {temperature}, {count} {count === 1 ? 'sample' : 'samples'} of each model, seed {seed}
    </p>
  );
}

export function SamplingOptions() {
  const [isWanted, setWanted] = useState(() => innerWidth > WIDE);
  const isRefused = usePlay((state) => Object.keys(state.refused).length > 0);
  const isOpen = isWanted || isRefused;
  return (
    <Panel
      title="Sampling"
      aside={
        <button type="button" aria-expanded={isOpen} disabled={isRefused} onClick={() => setWanted(!isOpen)}>
          {isOpen ? 'Hide options' : 'Show options'}
        </button>
      }
    >
      {isOpen ? (
        <div className={styles.options}>
          {OPTIONS.map((option) => (
            <OptionRow key={option.name} {...option} />
          ))}
        </div>
      ) : (
        <Summary />
      )}
    </Panel>
  );
}
