/** Values as dots on the scale of their column, with the mean and an error bar. */
import type { ResultUnit, Spread } from '../../lab/report/results';
import styles from './Dots.module.css';
import { inUnit } from './unitFormat';

export type Scale = readonly [number, number];

/** Sizes of a strip of dots, in its own pixels. */
const WIDTH = 150;
const HEIGHT = 18;
const EDGE = 5;
const MIDDLE = HEIGHT / 2;

export function Dots({
  spread: { mean, sd, values },
  scale: [low, high],
  unit,
}: {
  spread: Spread;
  scale: Scale;
  unit: ResultUnit;
}) {
  const x = (value: number) => EDGE + ((value - low) / (high - low)) * (WIDTH - 2 * EDGE);
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const bar = sd === null ? null : [x(within(mean - sd)), x(within(mean + sd))];
  return (
    <svg
      className={styles.dots}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`by seed: ${values.map((value) => inUnit(value, unit)).join(', ')}`}
    >
      <line className={styles.axis} x1={EDGE} x2={WIDTH - EDGE} y1={MIDDLE} y2={MIDDLE} />
      <line className={styles.axis} x1={x(0)} x2={x(0)} y1={MIDDLE - 4} y2={MIDDLE + 4} />
      {bar && <line className={styles.bar} x1={bar[0]} x2={bar[1]} y1={MIDDLE} y2={MIDDLE} />}
      {values.map((value, i) => (
        <circle key={i} cx={x(value)} cy={MIDDLE} r="3.5" />
      ))}
      <line className={styles.mean} x1={x(mean)} x2={x(mean)} y1={1} y2={HEIGHT - 1} />
    </svg>
  );
}
