/** Table of all traces of a selection. Only rows in view are in the document; arrow keys move between traces. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { show } from '../../store/lab';
import { findPosition, moveTraceTo, tracePosition } from '../../store/traceMoves';
import { showTrace, traceRow } from '../../store/traces';
import type { TraceRow } from '../../worker/traces';
import { classes } from '../shared/classes';
import { signed } from '../shared/format';
import { useLab } from '../shared/hooks';
import { tip } from '../shared/tip';
import { columnsOf, MarkCell, type TraceColumn } from './columns';
import { useNarrow, useTraces } from './hooks';
import styles from './TraceTable.module.css';

/** Height of a row, pixels. A phone has two lines in a row. */
const HEIGHT = { wide: 30, narrow: 60 };
const ICON = { size: 12, 'aria-hidden': true } as const;
/** Rows that Page Up and Page Down move. */
const PAGE = 15;

/** Position that a key moves to; null for other keys. */
function moved(key: string, at: number, count: number): number | null {
  const last = count - 1;
  const to: Readonly<Record<string, number>> = {
    ...{ ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: last },
  };
  return Object.hasOwn(to, key) ? Math.max(0, Math.min(last, to[key]!)) : null;
}

function Header({ columns, template }: { readonly columns: readonly TraceColumn[]; readonly template: string }) {
  const traces = useLab((state) => state.traces);
  const descending = traces.sort.startsWith('-');
  const sorted = descending ? traces.sort.slice(1) : traces.sort;
  const sortBy = (field: string) =>
    show({ traces: { ...traces, sort: field === sorted && !descending ? `-${field}` : field } });
  return (
    <div role="rowgroup" className={styles.head}>
      {/** biome-ignore lint/a11y/useFocusableInteractive: the table has the focus, and the header its buttons */}
      <div role="row" aria-rowindex={1} className={styles.row} style={{ gridTemplateColumns: template }}>
        {columns.map(({ field, title, isNumber }) => (
          // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
          <div
            key={field}
            role="columnheader"
            className={classes(isNumber && styles.number)}
            aria-sort={field === sorted ? (descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" onClick={() => sortBy(field)} {...tip(`Sort by ${title.toLowerCase()}`)}>
              {title}
              {field === sorted && (descending ? <ArrowDown {...ICON} /> : <ArrowUp {...ICON} />)}
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Two lines of a phone: the numbers, and the start of the completion. */
const Compact = ({ row }: { readonly row: TraceRow }) => (
  <div role="cell" className={styles.compact}>
    <span className={styles.line}>
      <b>{signed(row.reward)}</b>
      <MarkCell good={row.correct} words={row.correct ? 'right' : 'wrong'} />
      {!row.format && <MarkCell good={false} words="format" />}
      {!row.ended && <MarkCell good={false} words="cut off" />}
      <span className={styles.faint}>
        step {row.step} · {row.tokens} tokens · advantage {signed(row.advantage)}
      </span>
    </span>
    <span className={styles.line}>
      <code>
        {row.problem} {row.text}
      </code>
    </span>
  </div>
);

const same = (a: TracePlace | null, b: TracePlace | null): boolean =>
  a !== null && b !== null && a.step === b.step && a.group === b.group && a.rollout === b.rollout;

interface TraceTableProps {
  /** Trace on screen. */
  readonly place: TracePlace | null;
  readonly narrow: boolean;
}

/** A width of its own has rows of its own height. */
export function TraceTable({ place }: Pick<TraceTableProps, 'place'>) {
  const narrow = useNarrow();
  return <Rows key={String(narrow)} place={place} narrow={narrow} />;
}

function Rows({ place, narrow }: TraceTableProps) {
  const selected = useTraces((state) => state.selected);
  const terms = useTraces((state) => state.indexed?.terms);
  useTraces((state) => state.version);
  const scroll = useRef<HTMLDivElement>(null);
  const count = selected?.count ?? 0;
  const height = narrow ? HEIGHT.narrow : HEIGHT.wide;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 10,
    scrollPaddingStart: narrow ? 0 : HEIGHT.wide,
  });
  const columns = useMemo(() => columnsOf(terms ?? []), [terms]);
  const template = columns.map(({ width }) => `${width}px`).join(' ');
  const id = selected?.id;
  const key = place && `${place.step}/${place.group}/${place.rollout}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the place
  useEffect(() => {
    let over = false;
    if (!place || id === undefined) return;
    findPosition(place).then(
      (position) => !over && position !== null && rows.scrollToIndex(position, { align: 'auto' }),
      () => {}, // the store reports a worker that fails
    );
    return () => {
      over = true;
    };
  }, [key, id]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    const to = moved(event.key, tracePosition() ?? -1, count);
    if (to === null || count === 0) return;
    event.preventDefault();
    rows.scrollToIndex(to, { align: 'auto' });
    void moveTraceTo(to).catch(() => {}); // the store reports a worker that fails
  };
  const shown = rows.getVirtualItems().map(({ index, start }) => ({ index, start, row: traceRow(index) }));
  const active = shown.find(({ row }) => same(row, place));
  return (
    <div
      ref={scroll}
      className={classes(styles.table, narrow && styles.narrow)}
      role="grid"
      aria-label="Traces"
      aria-rowcount={count + (narrow ? 0 : 1)}
      aria-activedescendant={active && `trace-${active.index}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {!narrow && <Header columns={columns} template={template} />}
      <div role="rowgroup" className={styles.body} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, start, row }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys act on the table
          // biome-ignore lint/a11y/useFocusableInteractive: the table has the focus, and names its active row
          <div
            key={index}
            id={`trace-${index}`}
            role="row"
            aria-rowindex={index + (narrow ? 1 : 2)}
            aria-selected={same(row, place)}
            className={classes(styles.row, same(row, place) && styles.chosen)}
            style={{ transform: `translateY(${start}px)`, height, ...(!narrow && { gridTemplateColumns: template }) }}
            onClick={() => row && showTrace({ step: row.step, group: row.group, rollout: row.rollout })}
          >
            {row && narrow && <Compact row={row} />}
            {row &&
              !narrow &&
              columns.map(({ field, isNumber, cell }) => (
                <div key={field} role="cell" className={classes(isNumber && styles.number)}>
                  {cell(row)}
                </div>
              ))}
            {!row && <div role="cell">…</div>}
          </div>
        ))}
      </div>
    </div>
  );
}
