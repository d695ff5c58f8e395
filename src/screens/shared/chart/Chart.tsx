/**
 * One chart: its lines, the playhead with the values there, a summary for screen readers, and its data behind a button. recharts draws
 * the lines; it loads after the first picture of the page.
 */
import {
  type ComponentType,
  lazy,
  memo,
  Suspense,
  useDeferredValue,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useStore } from 'zustand';
import { firstPaint } from '../firstPaint';
import { Notice } from '../Notice';
import styles from './Chart.module.css';
import { createCursor, type Mark, type Playhead } from './cursor';
import type { DetailsProps } from './Details';
import { drawn } from './drawn';
import { frameOf, HEIGHT } from './frame';
import type { OverlayProps } from './Overlay';
import type { LinesProps } from './Plot';
import { type ChartData, type Series, shownIndex } from './series';
import { chartSummary, valueText } from './summary';
import type { Limits } from './ticks';

export interface ChartProps {
  /** Names the chart for screen readers and files. */
  readonly title: string;
  /** Another object where the data have grown. */
  readonly data: ChartData;
  readonly series: readonly Series[];
  readonly xLabel: string;
  /** Range that the y axis does not pass. */
  readonly limits?: Limits;
  /** Playhead of several charts; without it the chart has its own, which selects nothing. */
  readonly playhead?: Playhead;
  /** X at which the place 0 of the playhead lies. */
  readonly origin?: number;
  readonly marks?: readonly Mark[];
}

const NotLoaded = () => (
  <Notice kind="warning" shape="banner">
    The charts did not load. Check the network and reload the page.
  </Notice>
);

/** Component that loads when it is first drawn; `failed` takes its place where the network fails. */
const later = <P,>(load: () => Promise<ComponentType<P>>, failed: ComponentType<P>) =>
  lazy<ComponentType<P>>(() =>
    load().then(
      (component) => ({ default: component }),
      () => ({ default: failed }),
    ),
  );

const library = async () => {
  await firstPaint;
  return import('./Plot');
};
const Lines = later<LinesProps>(async () => (await library()).Lines, NotLoaded);
const Overlay = later<OverlayProps>(
  async () => (await library()).Overlay,
  () => null,
);
const Details = later<DetailsProps>(async () => (await import('./Details')).Details, NotLoaded);

/** Width of an element, pixels; 0 before the first layout. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    setWidth(Math.floor(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}

const NO_MARKS: readonly Mark[] = [];

/** Values at the playhead, one entry for each label: lines of several seeds share theirs. */
function Readout({ data, series, xLabel, marks, place, origin }: ReadoutProps) {
  const i = shownIndex(data, place, origin);
  const named = series.filter(({ label }, s) => s === series.findIndex((one) => one.label === label));
  const x = i < 0 ? null : data.x(i);
  return (
    <>
      {x !== null && <span className={styles.place}>{`${xLabel} ${Number(x.toFixed(2))}`}</span>}
      {named.map((one) => (
        <span key={one.key} className={styles.legend}>
          <Swatch series={one} />
          {one.label}
          {one.smooth !== undefined && <small>{`(line: EMA of ${one.smooth})`}</small>}
          {i >= 0 && <b>{valueText(data, one, i)}</b>}
        </span>
      ))}
      {marks
        .filter((mark) => mark.x === x)
        .map(({ words }) => (
          <span key={words}>{words}</span>
        ))}
    </>
  );
}

interface ReadoutProps extends Required<Pick<ChartProps, 'data' | 'series' | 'xLabel' | 'marks' | 'origin'>> {
  readonly place: number | null;
}

const Swatch = ({ series: { color, dash, band } }: { readonly series: Series }) => (
  <svg width="18" height="8" aria-hidden="true">
    {band ? (
      <rect width="18" height="8" fill={color} opacity="0.25" />
    ) : (
      <line x1="0" y1="4" x2="18" y2="4" stroke={color} strokeWidth="2" strokeDasharray={dash} />
    )}
  </svg>
);

export const Chart = memo(function Chart(props: ChartProps) {
  const { title, data, series, xLabel, limits, playhead, origin = 0, marks = NO_MARKS } = props;
  const [box, width] = useWidth();
  // a view opens with its words; the lines of its charts follow without blocking the page
  const follows = useDeferredValue(true, false);
  const isDrawn = follows && width > 0;
  const [open, setOpen] = useState(false);
  const panel = useId();
  const own = useMemo(() => createCursor(), []);
  const cursor = playhead?.cursor ?? own;
  const selected = playhead?.selected ?? null;
  const hovered = useStore(cursor, ({ x }) => x);
  const drawing = useMemo(() => drawn(data, series), [data, series]);
  const frame = useMemo(() => frameOf(drawing, series, width, limits), [drawing, series, width, limits]);
  const summary = useMemo(() => chartSummary(data, series, xLabel), [data, series, xLabel]);
  const said = [summary, ...marks.map(({ words }) => words)].join('; ');
  return (
    <figure className={styles.chart} ref={box}>
      <div className={styles.plot} style={{ height: HEIGHT }}>
        <div role="img" aria-label={`${title}, ${said}`}>
          <Suspense fallback={null}>{isDrawn && <Lines drawing={drawing} series={series} frame={frame} />}</Suspense>
        </div>
        <Suspense fallback={null}>
          {isDrawn && (
            <Overlay
              {...{ title, data, series, xLabel, origin, marks, frame, cursor, hovered, selected }}
              onSelect={playhead?.onSelect ?? null}
            />
          )}
        </Suspense>
      </div>
      <figcaption>
        <p>
          <Readout {...{ data, series, xLabel, marks, origin }} place={hovered ?? selected} />
        </p>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={panel}
          aria-label={`Data of ${title}`}
          onClick={() => setOpen(!open)}
        >
          Data
        </button>
      </figcaption>
      <div id={panel}>
        <Suspense fallback={null}>{open && <Details {...{ title, data, series, xLabel }} figure={box} />}</Suspense>
      </div>
    </figure>
  );
});
