/** Ticks of an axis at round numbers. */
import type { Extent } from './series';

/** Values that an axis does not pass, as 0 and 1 for a share; null for none. */
export type Limits = readonly [least: number | null, most: number | null];

/** Steps between ticks, times a power of ten. */
const ROUND = [1, 2, 2.5, 5, 10];

/** Smallest round step that makes at most `intervals` of a range. */
function roundStep(range: number, intervals: number): number {
  const rough = range / intervals;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ROUND.find((round) => round * power >= rough * (1 - 1e-9))!;
}

/** Number without the noise of floating-point sums. */
const clean = (value: number): number => Number(value.toPrecision(12));

interface Ticks {
  readonly domain: Extent;
  readonly ticks: readonly number[];
}

/** Range of values, as a share of their size, that counts as flat. */
const FLAT = 1e-6;

const NOTHING: Ticks = { domain: [0, 1], ticks: [0, 0.5, 1] };

const between = (low: number, high: number, step: number): number[] => {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => clean((first + i) * step));
};

/** Axis that holds all values and ends at ticks. */
export function valueTicks(range: Extent | null, limits: Limits = [null, null], intervals = 4): Ticks {
  if (!range) return NOTHING;
  const [least, most] = [limits[0] ?? -Infinity, limits[1] ?? Infinity];
  // a flat line lies in the middle; an average of equal values has noise in its last digits
  const size = Math.max(Math.abs(range[0]), Math.abs(range[1]));
  const margin = range[1] - range[0] > FLAT * size ? 0 : Math.max(0.1 * size, FLAT);
  const [low, high] = [range[0] - margin, range[1] + margin];
  const step = roundStep(high - low, intervals);
  const from = Math.max(Math.min(least, range[0]), clean(Math.floor(low / step + 1e-9) * step));
  const to = Math.min(Math.max(most, range[1]), clean(Math.ceil(high / step - 1e-9) * step));
  return { domain: [from, to], ticks: between(from, to, step) };
}

/** Round numbers within the range of x. Steps are whole numbers, so their ticks are. */
export function stepTicks([low, high]: Extent, isWhole: boolean, intervals: number): number[] {
  if (high === low) return [low];
  const step = roundStep(high - low, intervals);
  return between(low, high, isWhole ? Math.max(1, Math.ceil(step)) : step);
}

const MOST_DECIMALS = 8;

/** Text of a tick: with the decimals that the ticks of its axis need. */
export function tickText(value: number, ticks: readonly number[]): string {
  let decimals = 0;
  const isExact = (tick: number) => Math.abs(Number(tick.toFixed(decimals)) - tick) <= 1e-9 * Math.abs(tick);
  while (decimals < MOST_DECIMALS && !ticks.every(isExact)) decimals++;
  const text = decimals > 4 ? value.toExponential(1) : value.toFixed(decimals);
  return (value === 0 ? '0' : text).replace(/-/g, '−');
}
