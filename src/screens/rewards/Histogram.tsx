/** Rewards of all rollouts as histograms on one axis: as the run had them, and under each edit. */
import type { Histogram as Counts } from '../../lab/play/whatIfTable';
import { signed } from '../shared/format';
import styles from './Histogram.module.css';

const HEIGHT = 44;
const WIDTH = 320;

interface HistogramProps {
  readonly histogram: Counts;
  /** Name of each row of counts. */
  readonly names: readonly string[];
  /** Mean reward of each. */
  readonly means: readonly number[];
}

export function Histogram({ histogram: { low, high, counts }, names, means }: HistogramProps) {
  const most = Math.max(1, ...counts.flat());
  const width = WIDTH / counts[0]!.length;
  const at = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  return (
    <div className={styles.histogram}>
      {counts.map((bins, k) => (
        <div key={names[k]} className={styles.row}>
          <span>{names[k]}</span>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`Rewards, ${names[k]}: from ${signed(low)} to ${signed(high)}, mean ${signed(means[k]!)}`}
          >
            {bins.map((count, i) => {
              const height = (count / most) * HEIGHT;
              return <rect key={i} x={i * width} width={width - 1} y={HEIGHT - height} height={height} />;
            })}
            {low < 0 && high > 0 && <line className={styles.zero} x1={at(0)} x2={at(0)} y1="0" y2={HEIGHT} />}
            <line className={styles.mean} x1={at(means[k]!)} x2={at(means[k]!)} y1="0" y2={HEIGHT} />
          </svg>
        </div>
      ))}
      <p className={styles.axis}>
        <span>{signed(low)}</span>
        <span>reward; the line marks the mean</span>
        <span>{signed(high)}</span>
      </p>
    </div>
  );
}
