/** Notes and tags on single traces, which are stored with their run. */
import { createStore } from 'zustand/vanilla';
import type { TracePlace } from '../lab/traces/traceIndex';
import type { TraceNote } from '../runs/meta';
import { editLiveRun } from './control';
import { lab } from './lab';
import { library } from './library';
import { messageOf } from './message';
import { askTraces } from './traces';

interface TraceNotesState {
  /** Run of the notes; null before they are read. */
  readonly run: string | null;
  readonly notes: readonly TraceNote[];
  /** Fault of the last change, or of the file with the notes; null without one. */
  readonly fault: string | null;
  /** False where the notes cannot be read. */
  readonly isReadable: boolean;
}

const NONE: TraceNotesState = { run: null, notes: [], fault: null, isReadable: true };
export const traceNotes = createStore<TraceNotesState>(() => NONE);

export const samePlace = (a: TracePlace, b: TracePlace): boolean =>
  a.step === b.step && a.group === b.group && a.rollout === b.rollout;

/** Reads the notes of the stored run on screen. */
export async function readTraceNotes(run: string): Promise<void> {
  const state = await askTraces((commands) => commands.notes()).then(
    (notes) => ({ notes, fault: null, isReadable: true }),
    (error: unknown) => ({ notes: [], fault: messageOf(error), isReadable: false }),
  );
  if (lab.getState().runName === run) traceNotes.setState({ run, ...state });
}

/** Stores a note on a trace of the run on screen. */
export async function noteTrace(note: TraceNote): Promise<void> {
  const { runName: run, source, status } = lab.getState();
  if (run === null) return;
  const trains = source === 'live' && (status === 'playing' || status === 'paused');
  try {
    await (trains ? editLiveRun(run, { trace: note }) : library((commands) => commands.edit(run, { trace: note })));
    await readTraceNotes(run);
  } catch (error) {
    traceNotes.setState({ fault: messageOf(error) });
  }
}
