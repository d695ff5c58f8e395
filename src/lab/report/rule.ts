/**
 * Rule for every claim about the report. An effect counts if every seed shows it and the 95 % interval of its mean over
 * seeds is above 0. A finding agrees if all its effects count, and agrees in part if some do.
 */
import { mean, standardErrorOf } from '../../stats';
import type { Conclusion, Measured } from './experiment';
import type { ResultInput } from './results';

/** Effect of one arm in the report's direction: one number per seed; 0 means no effect. */
export interface Effect {
  readonly arm: string;
  readonly values: readonly number[];
}

type Row = Measured['rows'][number];

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const T95 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
/** Quantile beyond the table: first terms of the expansion in 1/ν (Abramowitz & Stegun 26.7.5), exact to 4 decimals there. */
const z = 1.959964;
const t95 = (freedom: number): number =>
  T95[freedom - 1] ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);

/** 95 % interval of the mean by Student's t; null for fewer than two values. */
export function intervalOf(values: readonly number[]): { readonly low: number; readonly high: number } | null {
  const error = standardErrorOf(values);
  if (error === null) return null;
  const [center, reach] = [mean(values), t95(values.length - 1) * error];
  return { low: center - reach, high: center + reach };
}

/** Computes the interval of each effect, and decides if the effect counts. */
export const judge = (effects: readonly Effect[]): NonNullable<ResultInput['effects']> =>
  effects.map(({ arm, values }) => {
    const interval = intervalOf(values);
    const everySeed = values.every((value) => value > 0);
    return {
      arm,
      mean: mean(values),
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      everySeed,
      holds: everySeed && interval !== null && interval.low > 0,
    };
  });

/**
 * Conclusion of an experiment by the rule.
 * @param effect what is measured, such as `gain of GRPO over SFT`, and its unit
 * @param found summary of the numbers, in sentences
 */
export function byRule(
  effect: { readonly what: string; readonly unit: 'points' | 'ratio' },
  effects: readonly Effect[],
  found: string,
): Conclusion {
  const judged = judge(effects);
  const holding = judged.filter(({ holds }) => holds).length;
  const rest = judged.filter(({ holds }) => !holds).map(({ arm }) => arm);
  const seeds = effects[0]?.values.length ?? 0;
  const rule = `An effect is the ${effect.what}. It counts if it is above 0 in every seed and the 95 % interval of its mean over seeds (Student’s t) is above 0. The finding agrees if all ${judged.length} effects count, and agrees in part if some do.`;
  const tally =
    seeds < 2
      ? 'One seed gives no interval; run two seeds or more.'
      : `By the rule, ${holding} of ${judged.length} effects count${rest.length > 0 && holding > 0 ? `; exceptions: ${rest.join(', ')}` : ''}.`;
  return {
    verdict: seeds < 2 ? 'undecided' : holding === judged.length ? 'agrees' : holding > 0 ? 'partly' : 'disagrees',
    found: `${found} ${tally}`,
    rule,
    effects: judged,
    effectUnit: effect.unit,
  };
}

/** Values of a row's cell, one per seed. @throws if the cell is empty */
export function valuesOf(row: Row, column: number): readonly number[] {
  const cell = row.cells[column];
  if (!cell) throw new Error(`${row.arm} has no number in column ${column}`);
  return cell.values;
}

/** Computes a − b − least for each seed. */
export const differences = (a: readonly number[], b: readonly number[], least = 0): number[] =>
  a.map((value, seed) => value - b[seed]! - least);

/** Effects of an experiment in which each row is one effect. */
export const effectPerRow = (rows: readonly Row[], values: (row: Row) => readonly number[]): Effect[] =>
  rows.map((row) => ({ arm: row.arm, values: values(row) }));
