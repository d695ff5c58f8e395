/**
 * Layer over the lines of a chart: names at the ends of lines, marks, and the playhead. Pointer and arrow keys move the playhead of
 * every chart that shares it; a click selects its place.
 */
import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './Chart.module.css';
import type { Cursor, Mark } from './cursor';
import { atX, type Frame, HEIGHT, MARGIN, xAt } from './frame';
import { type ChartData, nearest, type Series, shownIndex } from './series';
import { valuesAt } from './summary';

export interface OverlayProps {
  readonly title: string;
  readonly data: ChartData;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly origin: number;
  readonly marks: readonly Mark[];
  readonly frame: Frame;
  readonly cursor: Cursor;
  readonly hovered: number | null;
  readonly selected: number | null;
  readonly onSelect: ((place: number | null) => void) | null;
}

const BOTTOM = HEIGHT - MARGIN.bottom;
/** Points that Page Up and Page Down move by. */
const PAGE = 10;

/** Names of the lines, at their ends. */
const Labels = ({ frame: { labels, width, right } }: Pick<OverlayProps, 'frame'>) =>
  labels.map(({ text, color, y }) => (
    <text key={text} x={width - right + 6} y={y} dy="0.35em" fill={color} fontSize="11" fontWeight="600">
      {text}
    </text>
  ));

/** A triangle marks a change, a square a checkpoint. */
const Marks = ({ frame, marks }: Pick<OverlayProps, 'frame' | 'marks'>) =>
  marks.map(({ x, kind, words }) => {
    const at = atX(frame, x);
    if (at < MARGIN.left - 1 || at > frame.width - frame.right + 1) return null;
    return (
      <g key={`${kind} ${x}`} className={styles[kind]}>
        <title>{words}</title>
        <line x1={at} x2={at} y1={kind === 'change' ? MARGIN.top : BOTTOM - 6} y2={BOTTOM} strokeDasharray="3 3" />
        <path
          d={kind === 'change' ? `M${at - 5} ${MARGIN.top - 8} h10 l-5 8 z` : `M${at - 3.5} ${BOTTOM - 4} h7 v7 h-7 z`}
        />
      </g>
    );
  });

/** Hairline at a place; nothing where the chart has no point there. */
function Hairline({ data, frame, origin, place, name }: HairlineProps) {
  const x = place + origin;
  if (data.length === 0 || x < data.x(0) || x > data.x(data.length - 1)) return null;
  const at = atX(frame, data.x(nearest(data, x)));
  return <line className={styles[name]} data-playhead={name} x1={at} x2={at} y1={MARGIN.top} y2={BOTTOM} />;
}

interface HairlineProps extends Pick<OverlayProps, 'data' | 'frame' | 'origin'> {
  readonly place: number;
  readonly name: 'hovered' | 'selected';
}

/** Index that a key moves to; null for other keys. */
function moved(key: string, i: number, last: number): number | null {
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(last, i + 1);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, i - 1);
  if (key === 'PageUp') return Math.min(last, i + PAGE);
  if (key === 'PageDown') return Math.max(0, i - PAGE);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

export function Overlay(props: OverlayProps) {
  const { title, data, series, xLabel, origin, marks, frame, cursor, hovered, selected, onSelect } = props;
  const last = data.length - 1;
  const placeAt = ({ clientX, currentTarget }: PointerEvent): number | null => {
    const x = xAt(frame, clientX - currentTarget.getBoundingClientRect().left);
    return last < 0 ? null : data.x(nearest(data, x)) - origin;
  };
  const choose = (place: number | null) => (onSelect ? onSelect(place) : cursor.setState({ x: place }));
  const now = shownIndex(data, hovered ?? selected, origin);
  const onKey = (event: KeyboardEvent) => {
    const to = event.key === 'Escape' ? null : moved(event.key, now, last);
    if (last < 0 || (to === null && event.key !== 'Escape')) return;
    event.preventDefault();
    cursor.setState({ x: null });
    choose(to === null ? null : data.x(to) - origin);
  };
  return (
    <div
      className={styles.overlay}
      role="slider"
      tabIndex={0}
      aria-label={`${xLabel} on ${title}`}
      aria-valuemin={last < 0 ? 0 : data.x(0)}
      aria-valuemax={last < 0 ? 0 : data.x(last)}
      aria-valuenow={now < 0 ? 0 : data.x(now)}
      aria-valuetext={now < 0 ? 'no points yet' : valuesAt(data, series, xLabel, now)}
      onPointerMove={(event) => cursor.setState({ x: placeAt(event) })}
      onPointerLeave={() => cursor.setState({ x: null })}
      onClick={(event) => choose(placeAt(event as unknown as PointerEvent))}
      onKeyDown={onKey}
    >
      <svg width={frame.width} height={HEIGHT} aria-hidden="true">
        <Labels frame={frame} />
        <Marks frame={frame} marks={marks} />
        {selected !== null && <Hairline {...{ data, frame, origin }} place={selected} name="selected" />}
        {hovered !== null && <Hairline {...{ data, frame, origin }} place={hovered} name="hovered" />}
      </svg>
    </div>
  );
}
