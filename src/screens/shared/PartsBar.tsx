/**
 * Weighted parts of one reward as a stacked bar, on the scale of its group: terms below 0 lie left of 0. A line through all bars of
 * the group marks the mean, a band ± the standard deviation.
 */
import { termOf } from '../../lab/run/reasons';
import type { WorkedCompletion, WorkedGroup } from '../../lab/run/workedOut';
import { signed } from './format';
import styles from './PartsBar.module.css';
import { tip } from './tip';

/** Ends of the bars' axis, in rewards. */
export interface Axis {
  readonly low: number;
  readonly high: number;
}

/** Free space at both ends of the axis, as a share of it. */
const MARGIN = 0.04;

/** Reward of a completion and its parts. */
type Parts = Pick<WorkedCompletion, 'parts' | 'reward'>;
type Group = Pick<WorkedGroup, 'mean' | 'deviation'>;

const sumWhere = ({ parts }: Parts, keep: (amount: number) => boolean) =>
  parts.reduce((sum, { amount }) => sum + (keep(amount) ? amount : 0), 0);

/** Axis with room for every bar, the mean and the band. */
export function axisOf({ completions, mean, deviation }: Group & { readonly completions: readonly Parts[] }): Axis {
  const below = completions.map((one) => sumWhere(one, (amount) => amount < 0));
  const above = completions.map((one) => sumWhere(one, (amount) => amount > 0));
  const low = Math.min(0, mean - deviation, ...below);
  const high = Math.max(0, mean + deviation, ...above);
  const margin = Math.max(high - low, 1e-6) * MARGIN;
  return { low: low - margin, high: high + margin };
}

interface PartsBarProps {
  readonly completion: Parts;
  readonly group: Group;
  readonly axis: Axis;
}

export function PartsBar({
  completion: { parts, reward },
  group: { mean, deviation },
  axis: { low, high },
}: PartsBarProps) {
  const at = (value: number) => (100 * (value - low)) / (high - low);
  let [left, right] = [0, 0];
  const bars = parts.map(({ name, amount }) => {
    const from = amount < 0 ? left + amount : right;
    if (amount < 0) left += amount;
    else right += amount;
    return { name, x: at(from), width: at(from + Math.abs(amount)) - at(from) };
  });
  const line = (value: number) => ({ x1: at(value), x2: at(value), vectorEffect: 'non-scaling-stroke' as const });
  return (
    <div className={styles.cell}>
      <svg
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${parts.map(({ name, amount }) => `${termOf({ name }).title} ${signed(amount)}`).join(', ')}; reward ${signed(reward)}, mean of the group ${signed(mean)}`}
      >
        <rect
          className={styles.band}
          x={at(mean - deviation)}
          width={at(mean + deviation) - at(mean - deviation)}
          y="0"
          height="100"
        />
        {bars.map(({ name, x, width }) => (
          <rect key={name} x={x} width={width} y="14" height="36" fill={termOf({ name }).color} />
        ))}
        <line className={styles.zero} {...line(0)} y1="0" y2="100" />
        <line className={styles.total} {...line(reward)} y1="6" y2="58" />
        <line className={styles.mean} {...line(mean)} y1="0" y2="100" />
      </svg>
      <span className={styles.amounts}>
        {parts.map(({ name, amount }) => (
          <span key={name} {...tip(termOf({ name }).title)}>
            <i style={{ background: termOf({ name }).color }} />
            {signed(amount)}
          </span>
        ))}
      </span>
    </div>
  );
}
