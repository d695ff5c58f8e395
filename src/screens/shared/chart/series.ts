/** Data of a chart: numbers by point and key, and the series that draw them. Long runs keep no object per step. */

/** Numbers of a chart in columns. Points are in the order of their x. */
export interface ChartData {
  readonly length: number;
  x(i: number): number;
  /** Value of the i-th point under a key; null leaves a gap. */
  value(i: number, key: string): number | null;
}

/** One point as an object: `x` and values by key. */
export type Point = { readonly x: number } & Readonly<Record<string, number | null>>;

export interface Series {
  /** Key of the value; bands have a key for React alone. */
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
  /** Keys of both ends. A band has no line of its own. */
  readonly band?: readonly [low: string, high: string];
  /** Marks each point, for lines with few of them. */
  readonly dots?: boolean;
  /** Window of the exponential moving average that is drawn over the raw line, points; none without it. */
  readonly smooth?: number;
  readonly digits: number;
}

/** Data of points that are few. */
export const dataOf = (points: readonly Point[]): ChartData => ({
  length: points.length,
  x: (i) => points[i]!.x,
  value: (i, key) => points[i]![key] ?? null,
});

/** Index of the point nearest to an x; −1 without points. */
export function nearest(data: ChartData, x: number): number {
  let [low, high] = [0, data.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data.x(middle) < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - data.x(low - 1) <= data.x(low) - x ? low - 1 : high;
}

/** Index of the point at the playhead; the last point where the playhead is outside of the data. */
export function shownIndex(data: ChartData, place: number | null, origin: number): number {
  const last = data.length - 1;
  if (place === null || last < 0) return last;
  const x = place + origin;
  return x < data.x(0) || x > data.x(last) ? last : nearest(data, x);
}

/** Smallest and largest value. */
export type Extent = readonly [low: number, high: number];

/** Keys of all values with their labels: a band has two. */
export const valueKeys = (series: readonly Series[]): Pick<Series, 'key' | 'label' | 'digits'>[] =>
  series.flatMap(({ key, label, digits, band }) =>
    band
      ? [
          { key: band[0], label: `${label}, low`, digits },
          { key: band[1], label: `${label}, high`, digits },
        ]
      : [{ key, label, digits }],
  );
