/** Filter, search, jumps and export of the traces. */
import { Download, Search } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { ExportKind } from '../../lab/traces/exported';
import { fieldNames } from '../../lab/traces/fields';
import { jumps } from '../../lab/traces/jumps';
import { ALL_TRACES, LONGEST_FILTER } from '../../lab/traces/query';
import { lab, show } from '../../store/lab';
import { exportTraces, jump } from '../../store/traces';
import { classes } from '../shared/classes';
import { download } from '../shared/download';
import { Help } from '../shared/Help';
import { useLab } from '../shared/hooks';
import { tip } from '../shared/tip';
import { columnsOf } from './columns';
import { useNarrow, useTraces } from './hooks';
import { FIND_FIELD } from './keys';
import styles from './Toolbar.module.css';

/** Rest before a text that is being typed takes effect, ms. */
const TYPING_MS = 150;

/** Text of a field, which follows the state and changes it after a rest. */
function useTyped(name: 'filter' | 'find'): [string, (text: string) => void] {
  const value = useLab((state) => state.traces[name]);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === lab.getState().traces[name]) return;
    const timer = setTimeout(() => show({ traces: { ...lab.getState().traces, [name]: typed } }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, name]);
  return [typed, setTyped];
}

const FIELDS_ABOUT =
  'Compare fields with <, <=, =, !=, >=, > and contains; join with and, or, not and brackets. Fields: ';

function FilterField() {
  const [typed, setTyped] = useTyped('filter');
  const shown = useLab((state) => state.traces.filter);
  const fault = useTraces((state) => state.selected?.fault ?? null);
  const terms = useTraces((state) => state.indexed?.terms ?? []);
  const id = useId();
  return (
    <div className={styles.filter}>
      <label htmlFor={id}>Filter</label>
      <Help text={`${FIELDS_ABOUT}${fieldNames(terms).join(', ')}.`} about="the filter" />
      <input
        id={id}
        className={styles.code}
        value={typed}
        maxLength={LONGEST_FILTER}
        spellCheck={false}
        autoCapitalize="off"
        placeholder="reward < 0 and correct and tokens > 20"
        aria-invalid={fault !== null}
        aria-describedby={fault ? `${id}-fault` : undefined}
        onChange={(event) => setTyped(event.target.value)}
      />
      {fault && (
        <p id={`${id}-fault`} className={styles.fault} role="status" data-testid="filter-fault">
          {fault.at !== null && (
            <code>
              {shown.slice(0, fault.at)}
              <mark>{shown.slice(fault.at, fault.at + fault.length) || '\u00a0'}</mark>
              {shown.slice(fault.at + fault.length)}
            </code>
          )}
          {fault.message}
        </p>
      )}
    </div>
  );
}

function FindField() {
  const [typed, setTyped] = useTyped('find');
  return (
    <label className={styles.find}>
      <Search size={16} aria-hidden="true" />
      <input
        id={FIND_FIELD}
        type="search"
        value={typed}
        maxLength={LONGEST_FILTER}
        placeholder="Find text"
        aria-label="Find text in traces and problems"
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  );
}

/** Sorting on a phone, where the table has no header. */
function SortField() {
  const traces = useLab((state) => state.traces);
  const terms = useTraces((state) => state.indexed?.terms ?? []);
  return (
    <label className={styles.sort}>
      Sort by
      <select value={traces.sort} onChange={(event) => show({ traces: { ...traces, sort: event.target.value } })}>
        {columnsOf(terms).flatMap(({ field, title }) => [
          <option key={field} value={field}>{`${title}, ascending`}</option>,
          <option key={`-${field}`} value={`-${field}`}>{`${title}, descending`}</option>,
        ])}
      </select>
    </label>
  );
}

function Jumps() {
  /** Title of the last jump that found nothing. */
  const [missing, setMissing] = useState<string | null>(null);
  return (
    <div className={styles.jumps} role="group" aria-label="Jump to">
      <span className={styles.words}>Jump to</span>
      {jumps.map(({ id, title, about }) => (
        <button
          key={id}
          type="button"
          {...tip(about)}
          onClick={async () => setMissing((await jump(id).catch(() => true)) ? null : title)}
        >
          {title}
        </button>
      ))}
      <span role="status" className={styles.words}>
        {missing && `No trace here for “${missing}”.`}
      </span>
    </div>
  );
}

const EXPORTS: readonly { readonly kind: ExportKind; readonly title: string }[] = [
  { kind: 'jsonl', title: 'Export JSONL' },
  { kind: 'csv', title: 'Export CSV' },
];

function Exports() {
  const count = useTraces((state) => state.selected?.count ?? 0);
  const name = useLab((state) => state.runName ?? state.run.start?.recipe.name ?? 'run');
  const [fault, setFault] = useState<string | null>(null);
  const save = async (kind: ExportKind) => {
    try {
      download(await exportTraces(kind), `${name}-traces.${kind}`);
      setFault(null);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <span className={styles.exports}>
      {EXPORTS.map(({ kind, title }) => (
        <button key={kind} type="button" disabled={count === 0} onClick={() => save(kind)}>
          <Download size={14} aria-hidden="true" /> {title}
        </button>
      ))}
      {fault && <span role="alert">{fault}</span>}
    </span>
  );
}

function Count() {
  const selected = useTraces((state) => state.selected);
  const indexed = useTraces((state) => state.indexed);
  const traces = useLab((state) => state.traces);
  if (!selected || !indexed) return null;
  const isAll = selected.count === indexed.rollouts;
  return (
    <span className={styles.words} role="status" data-testid="trace-count">
      {isAll ? '' : `${selected.count.toLocaleString('en')} of `}
      {indexed.rollouts.toLocaleString('en')} traces, {indexed.steps.toLocaleString('en')} steps
      {!indexed.isComplete && `; reading: ${Math.round(100 * indexed.share)}\u00a0%`}
      {(traces.filter !== '' || traces.find !== '') && (
        <button
          type="button"
          className={styles.clear}
          onClick={() => show({ traces: { ...ALL_TRACES, sort: traces.sort } })}
        >
          Show all
        </button>
      )}
    </span>
  );
}

export function Toolbar() {
  const narrow = useNarrow();
  return (
    <div className={classes(styles.toolbar)}>
      <div className={styles.fields}>
        <FilterField />
        <FindField />
        {narrow && <SortField />}
      </div>
      <Jumps />
      <div className={styles.foot}>
        <Count />
        <Exports />
      </div>
    </div>
  );
}
