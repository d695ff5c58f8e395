/** Lines of compared runs: one for each run, or the mean of runs that differ only in their seed with a band of one sd. */
import type { HistoryCurve, RunHistory } from '../../../lab/stored/history';
import { deviationOf, mean } from '../../../stats';
import { type ChartData, dataOf, type Point, type Series } from '../../shared/chart/series';

export type Align = 'step' | 'tokens';

/** Runs that one line shows. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly dash: string | undefined;
  readonly runs: readonly RunHistory[];
}

/** Colours and dashes of the lines: each pair differs in both. */
const STYLES: readonly Pick<Line, 'color' | 'dash'>[] = [
  { color: 'var(--run-1)', dash: undefined },
  { color: 'var(--run-2)', dash: '7 3' },
  { color: 'var(--run-3)', dash: '2 3' },
  { color: 'var(--run-4)', dash: '10 3 2 3' },
  { color: 'var(--run-5)', dash: '4 6' },
  { color: 'var(--run-6)', dash: '1 2' },
];
export const lineStyle = (i: number): Pick<Line, 'color' | 'dash'> => STYLES[i % STYLES.length]!;

/** Measure of the charts. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly digits: number;
  readonly limits?: readonly [number, number];
  /** Marks each point: there are few. */
  readonly dots?: boolean;
  read(run: RunHistory): readonly Measured[];
}

export interface Measured {
  readonly step: number;
  readonly tokens: number | null;
  readonly y: number;
}

const ofCurve =
  (name: Exclude<keyof HistoryCurve, 'step' | 'tokens'>) =>
  ({ curve }: RunHistory): Measured[] =>
    curve.step.map((step, i) => ({ step, tokens: curve.tokens[i]!, y: curve[name][i]! }));

export const measures: readonly Measure[] = [
  { id: 'reward', title: 'Reward', digits: 2, read: ofCurve('reward') },
  { id: 'accuracy', title: 'Accuracy in training', digits: 3, limits: [0, 1], read: ofCurve('accuracy') },
  {
    id: 'held-out',
    title: 'Accuracy on held-out problems',
    digits: 3,
    limits: [0, 1],
    dots: true,
    read: ({ evaluations }) => evaluations.map(({ step, tokens, sampled }) => ({ step, tokens, y: sampled })),
  },
  { id: 'length', title: 'Mean length', digits: 1, read: ofCurve('length') },
];

interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Null for one run. */
  readonly sd: number | null;
}

/** Points of a line in the order of x. Runs of one line are averaged where they have the same step. */
export function linePoints(runs: readonly RunHistory[], measure: Measure, align: Align): LinePoint[] {
  const bySteps = new Map<number, Map<RunHistory, Measured>>();
  for (const run of runs)
    for (const point of measure.read(run)) {
      if (!Number.isFinite(point.y) || (align === 'tokens' && point.tokens === null)) continue;
      const points = bySteps.get(point.step) ?? new Map<RunHistory, Measured>();
      // the evaluations before and after SFT have the same step: the later one counts
      bySteps.set(point.step, points.set(run, point));
    }
  return [...bySteps]
    .sort(([a], [b]) => a - b)
    .map(([step, found]) => {
      const points = [...found.values()];
      const ys = points.map(({ y }) => y);
      const x = align === 'step' ? step : mean(points.map(({ tokens }) => tokens!));
      return { x, y: mean(ys), sd: deviationOf(ys) };
    });
}

/** Adds a line's values at places of x, between its points by linear interpolation. */
function resample(points: readonly LinePoint[], key: string, into: Map<number, Record<string, number>>): void {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return;
  let i = 0;
  for (const [x, values] of into) {
    if (x < first.x || x > last.x) continue;
    while (i < points.length - 2 && points[i + 1]!.x < x) i++;
    const [a, b] = [points[i]!, points[Math.min(i + 1, points.length - 1)]!];
    const share = b.x === a.x ? 0 : (x - a.x) / (b.x - a.x);
    const y = a.y + share * (b.y - a.y);
    values[key] = y;
    if (a.sd === null || b.sd === null) continue;
    const sd = a.sd + share * (b.sd - a.sd);
    Object.assign(values, { [`${key}.low`]: y - sd, [`${key}.high`]: y + sd });
  }
}

/** Letter of a line: titles of compared runs often begin alike. */
const letterOf = (i: number): string => String.fromCharCode(65 + i);

/** Lines of a measure as a chart draws them. Aligned by tokens, lines are interpolated between their points. */
export function chartOf(
  lines: readonly Line[],
  measure: Measure,
  align: Align,
): { readonly data: ChartData; readonly series: readonly Series[] } {
  const points = lines.map(({ runs }) => linePoints(runs, measure, align));
  const places = [...new Set(points.flatMap((line) => line.map(({ x }) => x)))].sort((a, b) => a - b);
  const rows = new Map(places.map((x): [number, Record<string, number>] => [x, {}]));
  points.forEach((line, i) => resample(line, String(i), rows));
  const { digits, dots = false } = measure;
  const series = lines.flatMap(({ label: name, color, dash, runs }, i): Series[] => {
    const label = lines.length > 1 ? `${letterOf(i)}, ${name}` : name; // the part before the comma is at the line's end
    const style = { color, digits, ...(dash !== undefined && { dash }) };
    const band: Series = { ...style, key: `${i}.band`, label: `${label} ± sd`, band: [`${i}.low`, `${i}.high`] };
    const line: Series = { ...style, key: String(i), label, dots: dots && align === 'step' };
    return runs.length > 1 ? [band, line] : [line];
  });
  return { data: dataOf([...rows].map(([x, values]): Point => ({ x, ...values }))), series };
}
