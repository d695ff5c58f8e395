/** Means and spreads. Any room may import this file. */

/** 0 for nothing. */
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (ddof 1), as torch.std; 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Sample standard deviation (ddof 1); null for fewer than two values, which have none. */
export const deviationOf = (values: readonly number[]): number | null =>
  values.length < 2 ? null : standardDeviation(values);

/** Standard error of the mean: sd / √n; null for fewer than two values. */
export function standardErrorOf(values: readonly number[]): number | null {
  const sd = deviationOf(values);
  return sd === null ? null : sd / Math.sqrt(values.length);
}

/** An interval that holds the true value with this probability. */
export interface Interval {
  readonly confidence: number;
  readonly low: number;
  readonly high: number;
}

/** The normal deviate of a two-sided interval of 95 %. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval of 95 % of a share of n independent answers (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4).
 * It has a width at 0 and at 1 too, where the normal one has none.
 * @param share in [0, 1]
 * @param n at least 1
 */
export function wilsonInterval(share: number, n: number): Interval {
  const center = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2))) / (1 + Z ** 2 / n);
  return {
    confidence: 0.95,
    low: share <= 0 ? 0 : Math.max(0, center - half),
    high: share >= 1 ? 1 : Math.min(1, center + half),
  };
}

/**
 * Interval of 95 % of the difference b − a of two shares of n answers each, from Wilson's intervals of both (Newcombe 1998, 17,
 * method 10). Too wide for pairs rather than too narrow.
 */
export function newcombeInterval(a: number, b: number, n: number): Interval {
  const [ofA, ofB] = [wilsonInterval(a, n), wilsonInterval(b, n)];
  return {
    confidence: 0.95,
    low: b - a - Math.hypot(b - ofB.low, ofA.high - a),
    high: b - a + Math.hypot(ofB.high - b, a - ofA.low),
  };
}

/** The q-th quantile, interpolated linearly between the sorted values (R's type 7, numpy's default); 0 for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}
