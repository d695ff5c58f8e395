/** Weighted parts of one reward as a bar: terms below zero lie left of the line. */

import { termOf } from '../../lab/run/reasons';
import type { Rollout } from '../../train/grpo';
import { signed } from './format';
import styles from './PartsBar.module.css';

/** Minimum reward at the end of half a bar. */
const BAR_REACH = 0.7;

export function PartsBar({ parts }: Pick<Rollout, 'parts'>) {
  const values = parts.map(({ weight, value }) => weight * value);
  const reach = parts.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
  const below = values.filter((v) => v < 0).reduce((sum, v) => sum - v, 0);
  const scale = 50 / Math.max(BAR_REACH, reach, below);
  let right = 50;
  let left = 50 - below * scale;
  return (
    <svg
      className={styles.parts}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={parts.map(({ name, weight, value }) => `${name} ${signed(weight * value)}`).join(', ')}
    >
      {values.map((value, i) => {
        const width = Math.abs(value) * scale;
        const x = value < 0 ? left : right;
        if (value < 0) left += width;
        else right += width;
        const part = parts[i]!;
        // the first term below zero is orange instead of its own colour
        const fill = value < 0 && i === 0 ? 'var(--orange)' : termOf(part).color;
        return <rect key={part.name} x={x} y="1.5" width={width} height="7" fill={fill} />;
      })}
      <line x1="50" x2="50" y1="0" y2="10" stroke="var(--text)" strokeWidth="0.6" />
    </svg>
  );
}
