/** Completions of a group around its mean: chips, trace, reward as stacked parts, advantage. Arrow keys move between them. */
import type { KeyboardEvent } from 'react';
import type { StartEvent } from '../../lab/run/events';
import { termOf } from '../../lab/run/reasons';
import type { WorkedGroup } from '../../lab/run/workedOut';
import type { Rollout } from '../../train/grpo';
import { Chips } from './Chips';
import styles from './Completions.module.css';
import { classes } from './classes';
import { signed } from './format';
import { axisOf, PartsBar } from './PartsBar';
import { Trace } from './Trace';
import { tip } from './tip';
import { figure } from './workedOutWords';

/** Blue above 0, orange below, stronger with distance from 0. The number stays easy to read on the strongest shade. */
const diverging = (value: number, most: number): string => {
  if (signed(value) === signed(0)) return 'var(--neutral)';
  const share = Math.min(1, Math.abs(value) / Math.max(most, 1e-9));
  return `color-mix(in srgb, var(${value < 0 ? '--orange' : '--blue'}) ${Math.round(20 + 35 * share)}%, var(--panel))`;
};

/** Completion that a key moves to; null for other keys. */
function moved(key: string, i: number, count: number): number | null {
  if (key === 'ArrowDown' || key === 'ArrowRight') return Math.min(count - 1, i + 1);
  if (key === 'ArrowUp' || key === 'ArrowLeft') return Math.max(0, i - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

interface CompletionsProps {
  readonly rollouts: readonly Rollout[];
  readonly worked: WorkedGroup;
  readonly start: StartEvent;
  readonly chosen: number;
  readonly onChoose: (i: number) => void;
}

/** Colour of each term, the mean and the band. */
function Legend({ worked: { completions, mean, deviation } }: Pick<CompletionsProps, 'worked'>) {
  return (
    <p className={styles.legend}>
      {completions[0]?.parts.map(({ name }) => (
        <span key={name}>
          <i style={{ background: termOf({ name }).color }} />
          {termOf({ name }).title}
        </span>
      ))}
      <span data-testid="group-mean">
        <i className={styles.meanKey} /> mean {figure(mean)} <i className={styles.bandKey} /> ± std {figure(deviation)}
      </span>
    </p>
  );
}

export function Completions({ rollouts, worked, start, chosen, onChoose }: CompletionsProps) {
  const advantages = worked.completions.map(({ comparison }) => comparison.advantage);
  const most = advantages.reduce((top, advantage) => Math.max(top, Math.abs(advantage)), 0);
  const axis = axisOf(worked);
  const onKey = (event: KeyboardEvent<HTMLButtonElement>, i: number) => {
    const to = moved(event.key, i, rollouts.length);
    if (to === null) return;
    event.preventDefault();
    onChoose(to);
    event.currentTarget.closest('ul')?.querySelectorAll<HTMLElement>('[data-testid=advantage]')[to]?.focus();
  };
  return (
    <div className={styles.box}>
      <Legend worked={worked} />
      <ul className={styles.list} aria-label="Completions of the group">
        {rollouts.map((rollout, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the button in the row takes the keys
          <li
            key={i}
            className={classes(styles.row, i === chosen && styles.chosen)}
            data-testid="rollout"
            onClick={() => onChoose(i)}
          >
            <Chips rollout={rollout} />
            <Trace ids={rollout.ids} vocabulary={start.vocabulary} ended={rollout.ended} />
            <PartsBar completion={worked.completions[i]!} group={worked} axis={axis} />
            <span className={styles.reward} data-testid="reward" {...tip('Reward')}>
              {signed(rollout.reward)}
            </span>
            <button
              type="button"
              className={styles.advantage}
              data-testid="advantage"
              {...tip('Advantage')}
              aria-pressed={i === chosen}
              tabIndex={i === chosen ? 0 : -1}
              style={{ background: diverging(advantages[i]!, most) }}
              onClick={() => onChoose(i)}
              onKeyDown={(event) => onKey(event, i)}
            >
              {signed(advantages[i]!)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
