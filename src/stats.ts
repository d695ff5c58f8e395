/** Means and spreads. Any room may import this file. */

/** Mean; 0 for no values. */
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (ddof 1), as torch.std; 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Sample standard deviation (ddof 1); null for fewer than two values. */
export const deviationOf = (values: readonly number[]): number | null =>
  values.length < 2 ? null : standardDeviation(values);

/** Standard error of the mean: sd / √n; null for fewer than two values. */
export function standardErrorOf(values: readonly number[]): number | null {
  const sd = deviationOf(values);
  return sd === null ? null : sd / Math.sqrt(values.length);
}

/** Interval that contains the true value with probability `confidence`. */
export interface Interval {
  readonly confidence: number;
  readonly low: number;
  readonly high: number;
}

/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of a share of n independent answers (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4). It
 * has a width at 0 and 1 too, unlike the normal interval.
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
 * 95 % interval of the difference b − a of two shares of n answers each, from Wilson's intervals of both (Newcombe 1998, 17,
 * method 10). It is conservative for paired answers.
 */
export function newcombeInterval(a: number, b: number, n: number): Interval {
  const [ofA, ofB] = [wilsonInterval(a, n), wilsonInterval(b, n)];
  return {
    confidence: 0.95,
    low: b - a - Math.hypot(b - ofB.low, ofA.high - a),
    high: b - a + Math.hypot(ofB.high - b, a - ofA.low),
  };
}

/** Quantile q by linear interpolation of the sorted values (R's type 7, numpy's default); 0 for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}

/** Smallest value; `empty` for none. */
export const least = (values: readonly number[], empty: number): number =>
  values.length === 0 ? empty : values.reduce((a, b) => Math.min(a, b));

/** Largest value; `empty` for none. */
export const most = (values: readonly number[], empty: number): number =>
  values.length === 0 ? empty : values.reduce((a, b) => Math.max(a, b));
