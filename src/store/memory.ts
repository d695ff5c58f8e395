/** Keeps the memory that the draft would take beside the draft, whatever changes it. */
import type { MemoryEstimate } from '../lab/memory';
import type { Recipe } from '../lab/recipe';
import type { Compute } from '../worker/protocol';
import { lab } from './lab';

type Estimate = (recipe: Recipe, compute: Compute) => Promise<MemoryEstimate>;

/** @returns what ends it */
export function followDraft(estimate: Estimate): () => void {
  /** Grows with every question: an answer to an earlier one is no longer heard. */
  let turn = 0;
  const ask = async () => {
    const mine = ++turn;
    const { draft, compute, adapter } = lab.getState();
    if (adapter.kind === 'checking') return; // it is not known yet what computes
    const memory = await estimate(draft, compute).catch((error: Error) => ({ refused: error.message }));
    if (mine === turn) lab.setState({ memory });
  };
  void ask();
  return lab.subscribe((state, before) => {
    if (state.draft !== before.draft || state.compute !== before.compute || state.adapter !== before.adapter)
      void ask();
  });
}
