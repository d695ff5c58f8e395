/** Moves of keys through the Traces view: from trace to trace in the order of the table, and from step to step. */
import type { TracePlace } from '../lab/traces/traceIndex';
import { askTraces, showTrace, traces } from './traces';

/** Position in the selection of the trace on screen, or of the one that a key chose last; null if the selection lacks it. */
let at: number | null = null;
/** Number of moves so far. An answer that is older than the last move is dropped. */
let moves = 0;

export const tracePosition = (): number | null => at;

/** Reads the position of the trace on screen. @returns null if the selection does not have it, or a key has moved on */
export async function findPosition(place: TracePlace): Promise<number | null> {
  const began = moves;
  const position = await askTraces((commands) => commands.position(place));
  if (began !== moves) return null;
  at = position;
  return position;
}

/** Shows the trace at a position of the selection. The worker answers in order, so the selection is the newest. */
export async function moveTraceTo(position: number): Promise<void> {
  const count = traces.getState().selected?.count ?? 0;
  if (count === 0) return;
  at = Math.max(0, Math.min(position, count - 1));
  const move = ++moves;
  const next = await askTraces((commands) => commands.at(at as number));
  if (next && move === moves) showTrace(next);
}

/** Shows the trace after or before the one on screen; the first if the selection lacks it. */
export const moveTraceBy = (by: number): Promise<void> => moveTraceTo(at === null ? 0 : at + by);

/** Shows the same group and completion of the step after or before. @param from trace on screen */
export function moveTracedStep(from: TracePlace, by: number): void {
  const { firstStep = null, lastStep = null } = traces.getState().indexed ?? {};
  if (firstStep === null || lastStep === null) return;
  showTrace({ ...from, step: Math.max(firstStep, Math.min(from.step + by, lastStep)) });
}
