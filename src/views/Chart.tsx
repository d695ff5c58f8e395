/** One chart over the steps of a run: lines, perhaps a band, at most 400 points a series, no animation. */
import { memo } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { chartSummary } from './chartSummary';
import { fixed } from './format';

/** One step: `x` and a value for each series; null leaves a gap. Bands are [low, high]. */
export type Point = { readonly x: number } & Readonly<Record<string, number | readonly [number, number] | null>>;

export interface Series {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
  readonly band?: boolean;
  /** Marks its points, for lines of few. */
  readonly dots?: boolean;
  readonly digits: number;
}

interface Props {
  /** Names the chart for those who do not see it; a summary of its series follows. */
  readonly title: string;
  readonly points: readonly Point[];
  readonly series: readonly Series[];
  readonly domain?: readonly [number | 'auto', number | 'auto'];
  readonly xLabel: string;
}

const MOST_POINTS = 400;

/** Every n-th point, the last one always. */
export function thin<T>(points: readonly T[], most = MOST_POINTS): T[] {
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

const HEIGHT = 150;

export const Chart = memo(function Chart({ title, points, series, domain = ['auto', 'auto'], xLabel }: Props) {
  const shown = thin(points);
  return (
    <figure className="chart">
      <div role="img" aria-label={`${title}, ${chartSummary(points, series, xLabel)}`}>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <ComposedChart
            accessibilityLayer={false}
            data={shown as Point[]}
            margin={{ top: 6, right: 8, bottom: 0, left: -14 }}
          >
            <CartesianGrid stroke="var(--grid)" vertical={false} />
            <XAxis
              dataKey="x"
              type="number"
              domain={['dataMin', 'dataMax']}
              tick={{ fontSize: 11 }}
              stroke="var(--faint)"
              tickLine={false}
            />
            <YAxis
              domain={[...domain]}
              tick={{ fontSize: 11 }}
              stroke="var(--faint)"
              tickLine={false}
              width={52}
              tickFormatter={(v: number) => String(Number(v.toPrecision(3)))}
            />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={(x) => `${xLabel} ${String(x)}`}
              formatter={(value, name) => {
                const one = series.find(({ label }) => label === name);
                return [fixed(Number(value), one?.digits ?? 2), name];
              }}
              contentStyle={{
                background: 'var(--panel)',
                border: '1px solid var(--line)',
                color: 'var(--text)',
                fontSize: 12,
              }}
            />
            {series.map(({ key, label, color, dash, band, dots = false }) =>
              band ? (
                <Area
                  key={key}
                  dataKey={key}
                  name={label}
                  stroke="none"
                  fill={color}
                  fillOpacity={0.18}
                  isAnimationActive={false}
                  activeDot={false}
                  tooltipType="none"
                />
              ) : (
                <Line
                  key={key}
                  dataKey={key}
                  name={label}
                  stroke={color}
                  strokeWidth={2}
                  {...(dash ? { strokeDasharray: dash } : {})}
                  dot={dots && { r: 3, strokeDasharray: '0' }}
                  isAnimationActive={false}
                  connectNulls
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <figcaption>
        {series
          .filter(({ band, label }, i) => !band && i === series.findIndex((one) => one.label === label))
          .map(({ key, label, color, dash }) => (
            <span key={key} className="legend">
              <svg width="18" height="6" aria-hidden="true">
                <line
                  x1="0"
                  y1="3"
                  x2="18"
                  y2="3"
                  stroke={color}
                  strokeWidth="2"
                  {...(dash ? { strokeDasharray: dash } : {})}
                />
              </svg>
              {label}
            </span>
          ))}
      </figcaption>
    </figure>
  );
});
