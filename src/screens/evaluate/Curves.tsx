/** Curves of an experiment: a chart for each pair of axes, a setting as mean ± sd where its seeds share their x. */
import { useMemo } from 'react';
import type { Curve } from '../../lab/report/results';
import { mean, standardDeviation } from '../../stats';
import { ChartGrid } from '../shared/ChartGrid';
import { Chart } from '../shared/chart/Chart';
import { dataOf, type Point, type Series } from '../shared/chart/series';
import styles from './Curves.module.css';

/** Styles of the settings, which differ in colour and dash. */
const STYLES = [
  { color: 'var(--run-1)' },
  { color: 'var(--run-2)', dash: '6 3' },
  { color: 'var(--run-3)', dash: '2 2' },
  { color: 'var(--run-4)', dash: '10 3 2 3' },
  { color: 'var(--grey)', dash: '4 6' },
] as const;
const DIGITS = 3;

type Values = Record<string, number>;

/** Series of one setting, and their values by x. Seeds that do not share their x get a line with dots each. */
export function armSeries({ arm, lines }: Curve, a: number): { series: Series[]; values: [x: number, Values][] } {
  const style = STYLES[a % STYLES.length] as (typeof STYLES)[number];
  const series = (key: string, label: string): Series => ({ key, label, ...style, digits: DIGITS });
  const [first = []] = lines;
  const shared = lines.every((line) => line.length === first.length && line.every(([x], i) => x === first[i]?.[0]));
  if (!shared)
    return {
      series: lines.map((_, s) => ({ ...series(`${a}.${s}`, arm), dots: true })),
      values: lines.flatMap((line, s) => line.map(([x, y]): [number, Values] => [x, { [`${a}.${s}`]: y }])),
    };
  const values = first.map(([x], i): [number, Values] => {
    const ys = lines.map((line) => (line[i] as [number, number])[1]);
    const [center, sd] = [mean(ys), standardDeviation(ys)];
    return [
      x,
      { [`${a}`]: center, ...(lines.length > 1 && { [`${a}.low`]: center - sd, [`${a}.high`]: center + sd }) },
    ];
  });
  const band: Series[] =
    lines.length > 1 ? [{ ...series(`${a}.band`, `${arm} ± sd`), band: [`${a}.low`, `${a}.high`] }] : [];
  return { series: [...band, series(`${a}`, arm)], values };
}

function Axes({ curves }: { curves: readonly Curve[] }) {
  const [{ x, y }] = curves as [Curve];
  const { series, data } = useMemo(() => {
    const arms = curves.map(armSeries);
    const byX = new Map<number, Values>();
    for (const [x, values] of arms.flatMap((arm) => arm.values)) byX.set(x, { ...byX.get(x), ...values });
    const points = [...byX].sort(([a], [b]) => a - b).map(([x, values]): Point => ({ x, ...values }));
    const series = arms.flatMap((arm) => arm.series);
    return { series, data: dataOf(points) };
  }, [curves]);
  return (
    <section className={styles.axes} aria-label={`${y} over ${x}`}>
      <h3>
        {y} <small>over {x}</small>
      </h3>
      <Chart title={y} data={data} series={series} xLabel={x} />
    </section>
  );
}

export function Curves({ curves }: { curves: readonly Curve[] }) {
  const axes = useMemo(() => {
    const groups = new Map<string, Curve[]>();
    for (const curve of curves) {
      const key = `${curve.x}\n${curve.y}`;
      groups.set(key, [...(groups.get(key) ?? []), curve]);
    }
    return [...groups.values()];
  }, [curves]);
  return (
    <ChartGrid>
      {axes.map((group, i) => (
        <Axes key={i} curves={group} />
      ))}
    </ChartGrid>
  );
}
