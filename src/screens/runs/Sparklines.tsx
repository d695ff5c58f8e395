/** Small curves of a run's reward and accuracy. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { ListedRun } from '../../store/runs';
import { readSparks, sparks } from '../../store/sparks';
import { fixed, percent } from '../shared/format';
import styles from './Sparklines.module.css';

const WIDTH = 96;
const HEIGHT = 28;
const EDGE = 2;

/** Path of a curve, between its least and largest value. @param limits range in place of that */
function pathOf(values: readonly number[], limits: readonly [number, number] | null): string {
  const [low, high] = limits ?? [Math.min(...values), Math.max(...values)];
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : EDGE + ((HEIGHT - 2 * EDGE) * (high - value)) / (high - low);
  const x = (i: number) => EDGE + ((WIDTH - 2 * EDGE) * i) / Math.max(1, values.length - 1);
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join(' ');
}

interface SparklineProps {
  readonly name: string;
  readonly values: readonly number[];
  readonly limits: readonly [number, number] | null;
  readonly words: (value: number) => string;
}

function Sparkline({ name, values, limits, words }: SparklineProps) {
  const label = `${name} from ${words(values[0]!)} to ${words(values.at(-1)!)}`;
  return (
    <figure className={styles.sparkline}>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
        <title>{label}</title>
        <path d={pathOf(values, limits)} />
      </svg>
      <figcaption aria-hidden="true">{name}</figcaption>
    </figure>
  );
}

export function Sparklines({ run: { name, bytes } }: { readonly run: ListedRun }) {
  const found = useStore(sparks, (all) => all[name]);
  useEffect(() => {
    void readSparks(name, bytes);
  }, [name, bytes]);
  if (!found || found.reward.length < 2) return null;
  return (
    <div className={styles.sparklines}>
      <Sparkline name="Reward" values={found.reward} limits={null} words={(value) => fixed(value, 2)} />
      <Sparkline name="Training accuracy" values={found.accuracy} limits={[0, 1]} words={percent} />
    </div>
  );
}
