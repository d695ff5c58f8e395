/**
 * The rule that every claim about the report is held to: an effect counts where every seed shows it and the 95 % interval of
 * its mean over seeds excludes no effect. A finding agrees where each of its effects counts, in part where some do.
 */
import { mean, standardErrorOf } from '../../stats';
import type { Conclusion, Measured } from './experiment';
import type { ResultInput } from './results';

/** How far one arm lies in the report's direction: one number a seed, of which 0 is no effect. */
export interface Effect {
  readonly arm: string;
  readonly values: readonly number[];
}

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const T95 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];
/** Beyond the table the first terms of the expansion in 1/ν (Abramowitz & Stegun 26.7.5), right to 4 decimals there. */
const z = 1.959964;
const t95 = (freedom: number): number =>
  T95[freedom - 1] ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);

/** 95 % interval of the mean by Student's t; null for fewer than two values, which have none. */
export function intervalOf(values: readonly number[]): { readonly low: number; readonly high: number } | null {
  const error = standardErrorOf(values);
  if (error === null) return null;
  const [center, reach] = [mean(values), t95(values.length - 1) * error];
  return { low: center - reach, high: center + reach };
}

/** Every effect with its interval and whether it counts. */
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
 * What an experiment concludes.
 * @param effect what 0 and above mean, as `gain of GRPO over SFT`
 * @param found what the numbers are, in a sentence
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
  const rule = `An effect is the ${effect.what}. It counts where it is above 0 in every seed and the 95 % interval of its mean over seeds (Student’s t) lies above 0. The finding agrees where all ${judged.length} effects count, in part where some do.`;
  const tally =
    seeds < 2
      ? 'One seed has no interval: run two or more to decide.'
      : `By the rule ${holding} of ${judged.length} effects count${rest.length > 0 && holding > 0 ? `; not so: ${rest.join(', ')}` : ''}.`;
  return {
    verdict: seeds < 2 ? 'undecided' : holding === judged.length ? 'agrees' : holding > 0 ? 'partly' : 'disagrees',
    found: `${found} ${tally}`,
    rule,
    effects: judged,
    effectUnit: effect.unit,
  };
}

/** A column of a row, one value a seed. @throws where it has none */
export function seedsOf(row: Measured['rows'][number], column: number): readonly number[] {
  const cell = row.cells[column];
  if (!cell) throw new Error(`${row.arm} has no number in column ${column}`);
  return cell.values;
}

/** a − b − least, seed by seed. */
export const differences = (a: readonly number[], b: readonly number[], least = 0): number[] =>
  a.map((value, seed) => value - b[seed]! - least);
