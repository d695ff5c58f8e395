/** Measured numbers with their units and spread, and the scale that dots of one unit share. */

import { type ResultUnit, type Spread, unitForms } from '../../lab/report/results';
import { fixed } from '../shared/format';

const PERCENT = '\u00a0%';

interface Written {
  readonly suffix: string;
  /** True where positive values have a plus. */
  readonly signed: boolean;
}
const WRITTEN: Readonly<Record<ResultUnit, Written>> = {
  share: { suffix: PERCENT, signed: false },
  points: { suffix: '\u00a0points', signed: true },
  tokens: { suffix: '', signed: false },
  ratio: { suffix: '×', signed: false },
  reward: { suffix: '', signed: true },
  number: { suffix: '', signed: false },
};

const digitsOf = (value: number, unit: ResultUnit) => {
  const { factor, digits } = unitForms[unit];
  const text = fixed(factor * value, digits);
  return WRITTEN[unit].signed && value > 0 ? `+${text}` : text;
};

export const inUnit = (value: number, unit: ResultUnit): string => digitsOf(value, unit) + WRITTEN[unit].suffix;

/** Text such as "63.1 ± 2.0 %"; without the spread for a single value. */
export function spreadInUnit({ mean, sd }: Spread, unit: ResultUnit): string {
  const { factor, digits } = unitForms[unit];
  return `${digitsOf(mean, unit)}${sd === null ? '' : ` ± ${fixed(factor * sd, digits)}`}${WRITTEN[unit].suffix}`;
}

/** End of a scale, with no more digits than it needs. */
export function scaleEnd(value: number, unit: ResultUnit): string {
  const { suffix } = WRITTEN[unit];
  return (
    String(Number((unitForms[unit].factor * value).toPrecision(3))).replace('-', '−') +
    (suffix.length > 2 ? '' : suffix)
  );
}

/** Scale from 0, so that lengths compare: shares to 1, others to a round number past every value and error bar. */
export function scaleOf(spreads: readonly (Spread | null)[], unit: ResultUnit): readonly [number, number] {
  if (unit === 'share') return [0, 1];
  const shown = spreads.filter((spread) => spread !== null);
  const all = shown.flatMap(({ mean, sd, values }) => [...values, mean - (sd ?? 0), mean + (sd ?? 0)]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  return [low < 0 ? -roundUp(-low) : 0, high > 0 || low === 0 ? roundUp(high) : 0];
}

/** Leading digits of the ends of a scale. */
const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8];

/** Next round number; 1 for 0. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.find((step) => value <= step * power) ?? 10);
}
