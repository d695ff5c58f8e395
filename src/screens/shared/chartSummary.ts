/** Chart in one line of text, for screen readers. */

import { type Point, type Series, thin } from './chartSeries';
import { fixed } from './format';

interface At {
  readonly x: number;
  readonly y: number;
}

function ends(points: readonly At[], digits: number): string {
  const [first, last] = [points[0], points.at(-1)] as [At, At];
  const written = ({ x, y }: At) => `${fixed(y, digits)} at ${fixed(x, Number.isInteger(x) ? 0 : 2)}`;
  if (points.length === 1) return written(first);
  const high = points.reduce((a, b) => (b.y > a.y ? b : a));
  const low = points.reduce((a, b) => (b.y < a.y ? b : a));
  const inner = [
    ...(high === first || high === last ? [] : [`highest ${written(high)}`]),
    ...(low === first || low === last ? [] : [`lowest ${written(low)}`]),
  ];
  return [`from ${written(first)} to ${written(last)}`, ...inner].join(', ');
}

/** Text such as "over step: reward from −0.31 at 1 to 0.52 at 40, highest 0.55 at 38; …". Bands have no numbers of their own. */
export function chartSummary(points: readonly Point[], series: readonly Series[], xLabel: string): string {
  const lines = series
    .filter(({ band }) => !band)
    .flatMap(({ key, label, digits }) => {
      const shown = points.flatMap(({ x, [key]: y }): At[] =>
        typeof y === 'number' && Number.isFinite(y) ? [{ x, y }] : [],
      );
      return shown.length === 0 ? [] : [`${label} ${ends(shown, digits)}`];
    });
  return lines.length === 0 ? 'no points yet' : `over ${xLabel}: ${lines.join('; ')}`;
}

/** Points to draw and a summary of all of them. A chart of a long run keeps no others. */
export const drawnPoints = (points: readonly Point[], series: readonly Series[], xLabel: string) => ({
  points: thin(points),
  summary: chartSummary(points, series, xLabel),
});
