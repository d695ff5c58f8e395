/** Lines of a chart, drawn by recharts, and the layer over them. This file loads with the library. */
import { memo } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import { type Drawn, highKey, lineKey, lowKey, rawKey } from './drawn';
import { type Frame, HEIGHT, MARGIN } from './frame';
import type { Point, Series } from './series';
import { tickText } from './ticks';

export { Overlay } from './Overlay';

export interface LinesProps {
  readonly drawing: Drawn;
  readonly series: readonly Series[];
  readonly frame: Frame;
}

/** Range between two keys of each point: recharts draws it as an area. */
const range = (low: string, high: string) => (point: Point) => {
  const ends = [point[low], point[high]] as const;
  return ends[0] === null || ends[0] === undefined ? null : ends;
};

/** Layers of one series, from back to front: the range of a bucket, the raw line, the line. */
function layersOf(series: Series, every: number) {
  const { key, color, dash, band, dots = false, smooth } = series;
  const area = (
    <Area
      key={`${key}/range`}
      dataKey={range(lowKey(series), highKey(series)) as never}
      stroke="none"
      fill={color}
      fillOpacity={band ? 0.16 : 0.22}
      isAnimationActive={false}
      activeDot={false}
    />
  );
  if (band) return [area];
  const line = (dataKey: string, width: number, opacity: number) => (
    <Line
      key={dataKey}
      dataKey={dataKey}
      stroke={color}
      strokeWidth={width}
      strokeOpacity={opacity}
      {...(dash ? { strokeDasharray: dash } : {})}
      dot={dots && { r: 3, strokeDasharray: '0' }}
      activeDot={false}
      isAnimationActive={false}
      connectNulls
    />
  );
  return [
    ...(every > 1 ? [area] : []),
    ...(smooth === undefined ? [] : [line(rawKey(series), 1, 0.4)]),
    line(lineKey(series), 2, 1),
  ];
}

export const Lines = memo(function Lines({ drawing: { points, every }, series, frame }: LinesProps) {
  const { width, right, x, y } = frame;
  return (
    <ComposedChart
      width={width}
      height={HEIGHT}
      accessibilityLayer={false}
      data={points as Point[]}
      margin={{ top: MARGIN.top, right, bottom: 0, left: 0 }}
    >
      <CartesianGrid stroke="var(--grid)" vertical={false} />
      <XAxis
        dataKey="x"
        type="number"
        domain={[...x.domain]}
        ticks={[...x.ticks]}
        interval={0}
        height={MARGIN.bottom}
        tick={{ fontSize: 11 }}
        stroke="var(--faint)"
        tickLine={false}
        tickFormatter={(tick: number) => tickText(tick, x.ticks)}
      />
      <YAxis
        domain={[...y.domain]}
        ticks={[...y.ticks]}
        interval={0}
        tick={{ fontSize: 11 }}
        stroke="var(--faint)"
        axisLine={false}
        tickLine={false}
        width={MARGIN.left}
        tickFormatter={(tick: number) => tickText(tick, y.ticks)}
      />
      {series.flatMap((one) => layersOf(one, every))}
    </ComposedChart>
  );
});
