/** One chart over the steps of a run: lines, perhaps a band, at most 400 points a series, no animation. */
import { memo } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import styles from './Chart.module.css';
import { type Point, type Series, thin } from './chartSeries';
import { chartSummary } from './chartSummary';
import { fixed } from './format';

interface Props {
  /** Names the chart for screen readers; a summary of its series follows. */
  readonly title: string;
  readonly points: readonly Point[];
  readonly series: readonly Series[];
  readonly domain?: readonly [number | 'auto', number | 'auto'];
  readonly xLabel: string;
}

const HEIGHT = 150;

/** One entry for each label: lines of several seeds share theirs, bands have none. */
function Legend({ series }: Pick<Props, 'series'>) {
  const named = series.filter(({ band, label }, i) => !band && i === series.findIndex((one) => one.label === label));
  return (
    <figcaption>
      {named.map(({ key, label, color, dash }) => (
        <span key={key} className={styles.legend}>
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
  );
}

export const Chart = memo(function Chart({ title, points, series, domain = ['auto', 'auto'], xLabel }: Props) {
  const shown = thin(points);
  return (
    <figure className={styles.chart}>
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
      <Legend series={series} />
    </figure>
  );
});
