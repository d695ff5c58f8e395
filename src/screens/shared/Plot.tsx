/** Plot of a chart: lines, perhaps a band, no animation. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Point } from './chartSeries';
import { fixed } from './format';
import { HEIGHT, type PlotProps } from './plotProps';

/** @param points at most 400 */
export function Plot({ points, series, domain = ['auto', 'auto'], xLabel }: PlotProps) {
  return (
    <ResponsiveContainer width="100%" height={HEIGHT}>
      <ComposedChart
        accessibilityLayer={false}
        data={points as Point[]}
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
  );
}
