/** Properties of a plot, without the library that draws it. */
import type { Point, Series } from './chartSeries';

/** Height of a plot, pixels. */
export const HEIGHT = 150;

export interface PlotProps {
  readonly points: readonly Point[];
  readonly series: readonly Series[];
  readonly domain?: readonly [number | 'auto', number | 'auto'];
  readonly xLabel: string;
}
