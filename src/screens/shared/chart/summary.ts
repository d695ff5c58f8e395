/** Chart in one line of text, for screen readers. */
import { fixed } from '../format';
import type { ChartData, Series } from './series';

const atX = (x: number): string => fixed(x, Number.isInteger(x) ? 0 : 2);

/** Ends and turns of one line; null where it has no value. */
function ends(data: ChartData, { key, digits }: Series): string | null {
  let [first, last, high, low] = [-1, -1, -1, -1];
  const y = (i: number) => data.value(i, key) as number;
  for (let i = 0; i < data.length; i++) {
    const value = data.value(i, key);
    if (value === null || !Number.isFinite(value)) continue;
    if (first < 0) [first, high, low] = [i, i, i];
    if (value > y(high)) high = i;
    if (value < y(low)) low = i;
    last = i;
  }
  if (first < 0) return null;
  const written = (i: number) => `${fixed(y(i), digits)} at ${atX(data.x(i))}`;
  if (first === last) return written(first);
  const isEnd = (i: number) => i === first || i === last;
  return [
    `from ${written(first)} to ${written(last)}`,
    ...(isEnd(high) ? [] : [`highest ${written(high)}`]),
    ...(isEnd(low) ? [] : [`lowest ${written(low)}`]),
  ].join(', ');
}

/** Text such as "over step: reward from −0.31 at 1 to 0.52 at 40, highest 0.55 at 38; …". Bands have no numbers of their own. */
export function chartSummary(data: ChartData, series: readonly Series[], xLabel: string): string {
  const lines = series
    .filter(({ band }) => !band)
    .flatMap((one) => {
      const words = ends(data, one);
      return words === null ? [] : [`${one.label} ${words}`];
    });
  return lines.length === 0 ? 'no points yet' : `over ${xLabel}: ${lines.join('; ')}`;
}

/** Values of each series at one point: "step 12: reward 0.52, ± sd 0.31 to 0.73". */
export function valuesAt(data: ChartData, series: readonly Series[], xLabel: string, i: number): string {
  const values = series.map((one) => `${one.label} ${valueText(data, one, i)}`);
  return `${xLabel} ${atX(data.x(i))}: ${values.join(', ')}`;
}

/** Value of a series at one point; a band has two. */
export function valueText(data: ChartData, { key, band, digits }: Series, i: number): string {
  const text = (name: string) => fixed(data.value(i, name), digits);
  return band ? `${text(band[0])} to ${text(band[1])}` : text(key);
}
