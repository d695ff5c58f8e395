/** Keeps the memory that the draft would take beside the draft, whatever changes it. */

import type { Recipe } from '../lab/recipe/recipe';
import type { MemoryEstimate } from '../lab/run/memory';
import type { Compute } from '../worker/protocol';
import { type LabState, lab } from './lab';

type Estimate = (recipe: Recipe, compute: Compute) => Promise<MemoryEstimate>;

/** Asks for the draft as it is now. */
let askNow: () => Promise<void> = async () => {};
/** The answer under way, or the last one. */
let asked: Promise<void> = Promise.resolve();

/** @returns what ends it */
export function followDraft(estimate: Estimate): () => void {
  /** Grows with every question: an answer to an earlier one is no longer heard. */
  let turn = 0;
  askNow = async () => {
    const mine = ++turn;
    const { draft, compute, adapter } = lab.getState();
    if (adapter.kind === 'checking') return; // it is not known yet what computes
    const memory = await estimate(draft, compute).catch((error: Error) => ({ refused: error.message }));
    if (mine === turn) lab.setState({ memory });
  };
  const follow = () => {
    asked = askNow();
  };
  follow();
  return lab.subscribe((state, before) => {
    if (state.draft !== before.draft || state.compute !== before.compute || state.adapter !== before.adapter) follow();
  });
}

/** Longest wait for an answer, ms: the worker may be busy with a run. */
const WAIT_MS = 5000;

/** The memory of the draft as it is now; null where that does not come in time. What was refused is asked again. */
export async function draftMemory(): Promise<LabState['memory']> {
  const { memory } = lab.getState();
  if (memory && 'refused' in memory) asked = askNow();
  const late = Symbol('late');
  const timeout = new Promise((resolve) => setTimeout(() => resolve(late), WAIT_MS));
  for (;;) {
    const waited = asked;
    if ((await Promise.race([waited, timeout])) === late) return null;
    if (waited === asked) return lab.getState().memory;
  }
}
