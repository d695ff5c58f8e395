/** Selects the problems of a pool that GRPO trains on, by how often the model gets them right. */
import { type Random, shuffled } from '../../random';
import type { TaskProblem } from '../problems';

/** A problem with the share of its answers that was right. */
export interface Rated {
  readonly problem: TaskProblem;
  readonly passRate: number;
}

export const selections = ['none', 'band', 'easy', 'hard', 'random'] as const;
export type Selection = (typeof selections)[number];

/** The teachable band, both ends included. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

export type Place = 'easy' | 'band' | 'hard';
export const placeOf = (passRate: number, { low, high }: Band): Place =>
  passRate < low ? 'hard' : passRate > high ? 'easy' : 'band';

export interface Chosen extends Rated {
  readonly kept: boolean;
  readonly reason: string;
}

/**
 * Every problem with whether it is kept and why. `random` keeps as many as the band holds, whatever their pass rates: the same
 * budget without choosing.
 * @param stream decides for `random` alone
 */
export function choose(rated: readonly Rated[], select: Selection, band: Band, stream: Random): Chosen[] {
  const places = rated.map(({ passRate }) => placeOf(passRate, band));
  const inBand = places.filter((place) => place === 'band').length;
  const drawn = new Set(select === 'random' ? shuffled(rated, stream).slice(0, inBand) : []);
  return rated.map((one, i): Chosen => {
    const place = places[i]!;
    const where = `pass rate ${one.passRate.toFixed(2)} is ${
      { easy: 'above', band: 'in', hard: 'below' }[place]
    } the band from ${band.low} to ${band.high}`;
    switch (select) {
      case 'none':
        return { ...one, kept: true, reason: `no selection; ${where}` };
      case 'random':
        return { ...one, kept: drawn.has(one), reason: `${drawn.has(one) ? 'drawn' : 'not drawn'}; ${where}` };
      case 'band':
      case 'easy':
      case 'hard':
        return { ...one, kept: place === select, reason: where };
      default:
        return select satisfies never;
    }
  });
}

/** Numbers of problems with 0, 1, … k of k answers right. @param samples k */
export function passHistogram(rated: readonly Rated[], samples: number): number[] {
  const counts = new Array<number>(samples + 1).fill(0);
  for (const { passRate } of rated) counts[Math.round(passRate * samples)]! += 1;
  return counts;
}
