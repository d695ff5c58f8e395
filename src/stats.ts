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

/** The q-th quantile, interpolated linearly between the sorted values (R's type 7, numpy's default); 0 for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}
