/** State of the Traces view: the index of the run on screen in its worker, the selection that its query takes, and rows of it. */
import { createStore } from 'zustand/vanilla';
import type { ExportKind } from '../lab/traces/exported';
import type { JumpId } from '../lab/traces/jumps';
import type { TracePlace } from '../lab/traces/traceIndex';
import type { RolloutPlace } from '../worker/rolloutSource';
import type { Indexed, Selected, TraceRow } from '../worker/traces';
import { openTracesClient } from '../worker/tracesClient';
import { lab } from './lab';
import { messageOf } from './message';
import { rolloutPlace, UnstoredEvents } from './rolloutPlace';

export interface TracesState {
  /** Run whose traces are shown, as text; null before one. */
  run: string | null;
  indexed: Indexed | null;
  selected: Selected | null;
  /** Reason for which the run cannot be read; null without one. */
  fault: string | null;
  /** Grows whenever rows arrive. */
  version: number;
  /** True while traces are read under the weights of a checkpoint too. */
  inspects: boolean;
  /** Trace that stays beside the one on screen; null for none. */
  pinned: TracePlace | null;
}

const EMPTY: TracesState = {
  ...{ run: null, indexed: null, selected: null, fault: null, version: 0 },
  ...{ inspects: false, pinned: null },
};
export const traces = createStore<TracesState>(() => EMPTY);

const client = openTracesClient();
export const askTraces: (typeof client)['ask'] = (command) => client.ask(command);

/** Rows of one request. */
const CHUNK = 100;
/** Chunks in memory. */
const KEPT = 60;
/** Rows by chunk, with the selection that they are of. Rows of the last selection stay until the new ones arrive. */
const chunks = new Map<number, { readonly id: number; readonly rows: readonly TraceRow[] }>();
const asked = new Set<string>();

async function fetchChunk(chunk: number, id: number): Promise<void> {
  const key = `${id}/${chunk}`;
  if (asked.has(key)) return;
  asked.add(key);
  try {
    const rows = await askTraces((commands) => commands.rows(id, chunk * CHUNK, (chunk + 1) * CHUNK));
    if (!rows) {
      // the run was cut back and read again
      if (traces.getState().selected?.id === id) await select();
      return;
    }
    chunks.delete(chunk);
    chunks.set(chunk, { id, rows });
    for (const oldest of [...chunks.keys()].slice(0, Math.max(0, chunks.size - KEPT))) chunks.delete(oldest);
    traces.setState(({ version }) => ({ version: version + 1 }));
  } finally {
    asked.delete(key);
  }
}

/** Row at a position of the selection; null until it is read. */
export function traceRow(position: number): TraceRow | null {
  const id = traces.getState().selected?.id;
  if (id === undefined) return null;
  const chunk = Math.floor(position / CHUNK);
  const held = chunks.get(chunk);
  if (held?.id !== id) void fetchChunk(chunk, id).catch(() => {}); // `follow` reports a worker that fails
  return held?.rows[position % CHUNK] ?? null;
}

/** Query of the last selection. */
let selectedQuery = '';

/** Selects the rows of the query. Rows of another query are dropped. */
async function select(): Promise<void> {
  const query = lab.getState().traces;
  const text = JSON.stringify(query);
  const selected = await askTraces((commands) => commands.select(query));
  if (text !== JSON.stringify(lab.getState().traces)) return; // a later query is on its way
  if (text !== selectedQuery && !selected.fault) chunks.clear();
  selectedQuery = text;
  traces.setState({ selected });
}

/** Time between two selections while the run is being read, ms. */
const SELECT_MS = 500;
/** Time between two looks at a run that trains, ms. */
const LOOK_MS = 500;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when the run on screen has changed since `version`, or the signal aborts. */
function changedSince(version: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const isDone = () => signal.aborted || lab.getState().version !== version;
    if (isDone()) return resolve();
    const unsubscribe = lab.subscribe(() => isDone() && done());
    const done = () => {
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
  });
}

/** Reads the run on screen, and reads on while it grows, until the returned function is called. */
export function followTraces(): () => void {
  const over = new AbortController();
  const unsubscribe = lab.subscribe((state, before) => {
    if (state.traces !== before.traces) void select().catch(() => {}); // `follow` reports a worker that fails
  });
  follow(over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) traces.setState({ fault: messageOf(error), run: null });
  });
  return () => {
    over.abort();
    unsubscribe();
  };
}

async function follow(signal: AbortSignal): Promise<void> {
  let feed = new UnstoredEvents();
  let opened: string | null = null;
  let lastSelect = 0;
  let rollouts = -1;
  while (!signal.aborted) {
    const { run, version } = lab.getState();
    const place = rolloutPlace(lab.getState());
    if (place) {
      const name = JSON.stringify(place);
      if (name !== opened) {
        feed = new UnstoredEvents();
        rollouts = -1;
        await open(place, name);
        opened = name;
      }
      const events = place.kind === 'unstored' ? feed.next(run) : [];
      if (events.length > 0) await askTraces((commands) => commands.add(events));
      const indexed = await askTraces((commands) => commands.read());
      if (signal.aborted) return;
      traces.setState({ indexed });
      const isDue = indexed.isComplete || performance.now() - lastSelect > SELECT_MS;
      if (indexed.rollouts !== rollouts && isDue) {
        await select();
        lastSelect = performance.now();
        rollouts = indexed.rollouts;
      }
      if (!indexed.isComplete) continue;
    }
    await sleep(LOOK_MS);
    await changedSince(version, signal);
  }
}

async function open(place: RolloutPlace, name: string): Promise<void> {
  // the view was left and opened again; an unstored run begins again, because its events are sent again
  if (traces.getState().run === name && place.kind !== 'unstored') return;
  chunks.clear();
  traces.setState({ ...EMPTY, run: name });
  await askTraces((commands) => commands.open(place));
}

/** Shows a trace. */
export const showTrace = (place: TracePlace): void => lab.setState({ ...place, token: null });

export const toggleInspection = (): void => traces.setState(({ inspects }) => ({ inspects: !inspects }));

/** Keeps a trace beside the one on screen; null removes it. */
export const pinTrace = (pinned: TracePlace | null): void => traces.setState({ pinned });

/** Shows the trace that a jump finds. @returns false if no trace of the selection counts */
export async function jump(id: JumpId): Promise<boolean> {
  const place = await askTraces((commands) => commands.jump(id));
  if (place) showTrace(place);
  return place !== null;
}

export const exportTraces = (kind: ExportKind): Promise<Blob> => askTraces((commands) => commands.export(kind));
