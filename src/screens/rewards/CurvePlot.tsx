/** Curve of a reward term. Its points set the constants: drag them, or focus one and use the arrow keys. */
import { type PointerEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CurveLine, CurvePoint, TermCurve } from '../../rewards/curve';
import { editReward } from '../../store/rewardEdits';
import { fixed, signed } from '../shared/format';
import styles from './CurvePlot.module.css';
import { afterKey, type Box, measureStep, movedTo, type Range, rangeOf, samplesOf, scaleX, scaleY } from './curveScale';
import type { TermField } from './termFields';

const HEIGHT = 190;
const DASHES = [undefined, '6 4'];

/** Width of an element, pixels. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(360);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(160, current.clientWidth)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

interface PointProps {
  readonly point: CurvePoint;
  readonly color: string;
  readonly unit: string;
  readonly at: { readonly x: number; readonly y: number };
  readonly range: Range;
  readonly onMove: (to: { x: number; y: number }) => void;
  readonly onHold: (held: boolean) => void;
  /** Place of a pointer, in the units of the curve. */
  readonly placeOf: (event: PointerEvent) => { x: number; y: number };
  readonly step: number;
}

function Point({ point, color, unit, at, range, onMove, onHold, placeOf, step }: PointProps) {
  const { label, x, y, xField, yField } = point;
  const isHeld = useRef(false);
  const words = `${fixed(x, 1)} ${unit}, value ${signed(y)}`;
  return (
    <g
      className={styles.point}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={yField ? range.low : 0}
      aria-valuemax={yField ? range.high : Math.max(x, 1)}
      aria-valuenow={yField ? y : x}
      aria-valuetext={words}
      data-point={[xField, yField].filter(Boolean).join(' ')}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        isHeld.current = true;
        onHold(true);
      }}
      onPointerMove={(event) => isHeld.current && onMove(placeOf(event))}
      onPointerUp={() => {
        isHeld.current = false;
        onHold(false);
      }}
      onPointerCancel={() => {
        isHeld.current = false;
        onHold(false);
      }}
      onKeyDown={(event) => {
        const to = afterKey(event.key, event.shiftKey, point, step);
        if (!to) return;
        event.preventDefault();
        onMove(to);
      }}
    >
      <title>
        {label}: {words}
      </title>
      <circle className={styles.target} cx={at.x} cy={at.y} r="14" />
      <circle className={styles.dot} cx={at.x} cy={at.y} r="6" fill={color} />
    </g>
  );
}

interface CurvePlotProps {
  readonly curve: TermCurve;
  readonly color: string;
  readonly fields: readonly TermField[];
  readonly title: string;
}

const path = (points: readonly { x: number; y: number }[]) =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');

/** Number of the line with its legend below the plot. */
function Legend({ lines, color }: { readonly lines: readonly CurveLine[]; readonly color: string }) {
  return (
    <figcaption>
      {lines.map(({ label }, k) => (
        <span key={label}>
          <svg width="18" height="6" aria-hidden="true">
            <line x1="0" y1="3" x2="18" y2="3" stroke={color} strokeWidth="2" strokeDasharray={DASHES[k]} />
          </svg>
          {label}
        </span>
      ))}
      {lines.some(({ points }) => points.length > 0) && <span>Drag a point, or use the arrow keys.</span>}
    </figcaption>
  );
}

export function CurvePlot({ curve, color, fields, title }: CurvePlotProps) {
  const { element, width } = useWidth();
  // a scale that moved under the pointer would move the point away from it
  const [heldRange, setHeldRange] = useState<Range | null>(null);
  const { x, lines } = curve;
  const range = heldRange ?? rangeOf(curve);
  const box: Box = { left: 40, right: width - 16, top: 14, bottom: HEIGHT - 24 };
  const samples = useMemo(() => samplesOf(curve), [curve]);
  const byName = useMemo(() => new Map(fields.map((field) => [field.name, field])), [fields]);
  const toX = (value: number) => scaleX(value, x.max, box);
  const toY = (value: number) => scaleY(value, range, box);
  const placeOf = ({ clientX, clientY, currentTarget }: PointerEvent) => {
    const { left, top } = (currentTarget.closest('svg') as SVGSVGElement).getBoundingClientRect();
    return {
      x: ((clientX - left - box.left) / (box.right - box.left)) * x.max,
      y: range.low + ((box.bottom - (clientY - top)) / (box.bottom - box.top)) * (range.high - range.low),
    };
  };
  const ticks = [range.low, 0, range.high].filter((value, i, all) => all.indexOf(value) === i);
  const measures = [0, x.max / 2, x.max];
  return (
    <figure className={styles.plot} ref={element}>
      <svg width={width} height={HEIGHT} role="group" aria-label={`Curve of ${title}: value by ${x.label}`}>
        {ticks.map((value) => (
          <g key={value}>
            <line
              className={value === 0 ? styles.zero : styles.grid}
              x1={box.left}
              x2={box.right}
              y1={toY(value)}
              y2={toY(value)}
            />
            <text className={styles.tick} x={box.left - 6} y={toY(value) + 4} textAnchor="end">
              {fixed(value, 1)}
            </text>
          </g>
        ))}
        {measures.map((value) => (
          <text key={value} className={styles.tick} x={toX(value)} y={HEIGHT - 6} textAnchor="middle">
            {Number(value.toPrecision(3))}
          </text>
        ))}
        <text className={styles.tick} x={box.right} y={box.bottom - 6} textAnchor="end">
          {x.label}
        </text>
        {samples.map((line, k) => (
          <path
            key={lines[k]!.label}
            className={styles.line}
            stroke={color}
            strokeDasharray={DASHES[k]}
            d={path(line.map((one) => ({ x: toX(one.x), y: toY(one.y) })))}
          />
        ))}
        {lines.flatMap(({ points }) =>
          points.map((point) => (
            <Point
              key={point.label}
              point={point}
              color={color}
              unit={x.label}
              at={{ x: toX(point.x), y: toY(point.y) }}
              range={range}
              step={measureStep(x.max, byName.get(point.xField ?? '') ?? { isInteger: false })}
              placeOf={placeOf}
              onMove={(to) => editReward(movedTo(point, to, byName, x.max))}
              onHold={(held) => setHeldRange(held ? range : null)}
            />
          )),
        )}
      </svg>
      <Legend lines={lines} color={color} />
    </figure>
  );
}
