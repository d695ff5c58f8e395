/** Data of a chart: points over the steps of a run, and the series that are read from them. */

/** One step: `x` and a value for each series; null leaves a gap. Bands are [low, high]. */
export type Point = { readonly x: number } & Readonly<Record<string, number | readonly [number, number] | null>>;

export interface Series {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
  readonly band?: boolean;
  /** Marks each point, for lines with few of them. */
  readonly dots?: boolean;
  readonly digits: number;
}

/** A chart has about 400 pixels. Each point takes about 600 bytes of each series in recharts. */
const MOST_POINTS = 200;

/** Every n-th point, the last one always. */
export function thin<T>(points: readonly T[], most = MOST_POINTS): T[] {
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
