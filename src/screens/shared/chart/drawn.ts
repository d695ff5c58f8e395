/**
 * Points that a chart draws. A long run is drawn in buckets of neighbouring steps: the mean as the line, the smallest and the largest
 * value as a band behind it. So no value of the run is left out of the picture.
 */
import type { ChartData, Extent, Point, Series } from './series';

/**
 * A plot is about 250 pixels wide, so a point is two of them. Each costs about 600 bytes of each series in recharts: the charts of a
 * long run take no more memory than those of its first hundred steps.
 */
export const MOST_POINTS = 128;

/** Keys of a drawn point for one series. */
export const lineKey = ({ key }: Pick<Series, 'key'>): string => key;
export const rawKey = ({ key }: Pick<Series, 'key'>): string => `${key}/raw`;
export const lowKey = ({ key, band }: Pick<Series, 'key' | 'band'>): string => band?.[0] ?? `${key}/low`;
export const highKey = ({ key, band }: Pick<Series, 'key' | 'band'>): string => band?.[1] ?? `${key}/high`;

export interface Drawn {
  readonly points: readonly Point[];
  /** Points of the run in one drawn point; 1 draws every step. */
  readonly every: number;
  /** Range of x; null without points. */
  readonly x: Extent | null;
  /** Range of all values; null without one. */
  readonly y: Extent | null;
}

/** Power of two, so that the buckets stay the same while a run grows. */
const bucketSize = (length: number, most: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, length / most)));

/** Exponential moving average as TensorBoard takes it: without the bias of its start. */
class Smoothed {
  private sum = 0;
  private weight = 0;
  private readonly keep: number;

  /** @param window points; a value counts 1/e² of the newest after so many */
  constructor(window: number) {
    this.keep = 1 - 2 / (window + 1);
  }

  push(value: number): number {
    this.sum = this.keep * this.sum + (1 - this.keep) * value;
    this.weight = this.keep * this.weight + (1 - this.keep);
    return this.sum / this.weight;
  }
}

/** Adds the values of one series to the points. */
function addLine(points: Record<string, number | null>[], data: ChartData, series: Series, every: number): void {
  const { key, smooth } = series;
  const average = smooth === undefined ? null : new Smoothed(smooth);
  points.forEach((point, p) => {
    let [sum, count, low, high] = [0, 0, Infinity, -Infinity];
    let last: number | null = null;
    for (let i = p * every; i < Math.min(data.length, (p + 1) * every); i++) {
      const value = data.value(i, key);
      if (value === null || !Number.isFinite(value)) continue;
      sum += value;
      count++;
      if (value < low) low = value;
      if (value > high) high = value;
      if (average) last = average.push(value);
    }
    const mean = count === 0 ? null : sum / count;
    point[lineKey(series)] = average ? last : mean;
    if (average) point[rawKey(series)] = mean;
    if (every === 1) return;
    point[lowKey(series)] = count === 0 ? null : low;
    point[highKey(series)] = count === 0 ? null : high;
  });
}

/** Adds the mean ends of a band to the points. */
function addBand(points: Record<string, number | null>[], data: ChartData, keys: readonly string[], every: number) {
  for (const key of keys)
    points.forEach((point, p) => {
      let [sum, count] = [0, 0];
      for (let i = p * every; i < Math.min(data.length, (p + 1) * every); i++) {
        const value = data.value(i, key);
        if (value === null || !Number.isFinite(value)) continue;
        sum += value;
        count++;
      }
      point[key] = count === 0 ? null : sum / count;
    });
}

/** Range of all values of the points. */
function rangeOf(points: readonly Point[]): Extent | null {
  let [low, high] = [Infinity, -Infinity];
  for (const point of points)
    for (const key in point) {
      const value = point[key];
      if (key === 'x' || value === null || value === undefined) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low > high ? null : [low, high];
}

/** @param most points of a series */
export function drawn(data: ChartData, series: readonly Series[], most = MOST_POINTS): Drawn {
  const every = bucketSize(data.length, most);
  const points = Array.from({ length: Math.ceil(data.length / every) }, (_, p): { x: number } & Point => ({
    // the last step of each bucket, so that the line ends at the run's last step
    x: data.x(Math.min(data.length, (p + 1) * every) - 1),
  }));
  for (const one of series)
    if (one.band) addBand(points as Record<string, number | null>[], data, one.band, every);
    else addLine(points as Record<string, number | null>[], data, one, every);
  return {
    points,
    every,
    x: points.length === 0 ? null : [data.x(0), data.x(data.length - 1)],
    y: rangeOf(points),
  };
}
