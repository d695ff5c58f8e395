import type { Spread } from './results';

/** Rounding that a printed number hides. */
const ROUNDING = 1e-9;

/** Distance of a number from the range of the seeds: above 0 beyond the highest, below 0 beyond the lowest, 0 within. */
export function beyondRange(value: number, { values }: Pick<Spread, 'values'>): number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (value > high + ROUNDING) return value - high;
  return value < low - ROUNDING ? value - low : 0;
}
