/** Keeps the memory estimate of the draft up to date. */

import type { Recipe } from '../lab/recipe/recipe';
import type { SettingChange } from '../lab/run/advice';
import type { MemoryEstimate } from '../lab/run/memory';
import type { Compute } from '../worker/protocol';
import { type LabState, lab } from './lab';

type Estimate = (recipe: Recipe, compute: Compute) => Promise<MemoryEstimate>;
type Fitting = (recipe: Recipe, compute: Compute, bytes: number) => Promise<SettingChange | null>;

/** Requests an estimate for the current draft. */
let request: () => Promise<void> = async () => {};
let fitting: Fitting = async () => null;
let estimating: Estimate | null = null;
/** Last request. */
let requested: Promise<void> = Promise.resolve();

/** Requests an estimate whenever the draft, the compute choice or the adapter changes. @returns function that ends this */
export function followDraft(estimate: Estimate, finds: Fitting = async () => null): () => void {
  fitting = finds;
  estimating = estimate;
  /** Counts requests; answers to earlier ones are ignored. */
  let turn = 0;
  request = async () => {
    const mine = ++turn;
    const { draft, compute, adapter } = lab.getState();
    if (adapter.kind === 'checking') return; // the device is not known yet
    const memory = await estimate(draft, compute).catch((error: Error) => ({ refused: error.message }));
    if (mine === turn) lab.setState({ memory });
  };
  const follow = () => {
    requested = request();
  };
  follow();
  return lab.subscribe((state, before) => {
    if (state.draft !== before.draft || state.compute !== before.compute || state.adapter !== before.adapter) follow();
  });
}

/** Longest wait for an answer, ms: the worker may be busy with a run. */
const WAIT_MS = 5000;

/** Memory of the current draft; null if the answer is late. Requests a refused estimate again. */
export async function draftMemory(): Promise<LabState['memory']> {
  const { memory } = lab.getState();
  if (memory && 'refused' in memory) requested = request();
  const late = Symbol('late');
  const timeout = new Promise((resolve) => setTimeout(() => resolve(late), WAIT_MS));
  for (;;) {
    const waited = requested;
    if ((await Promise.race([waited, timeout])) === late) return null;
    if (waited === requested) return lab.getState().memory;
  }
}

/** Memory of a recipe on the chosen device; null if the answer is late. */
export async function memoryOf(recipe: Recipe): Promise<LabState['memory']> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WAIT_MS));
  const found = estimating?.(recipe, lab.getState().compute) ?? null;
  return Promise.race([found?.catch((error: Error) => ({ refused: error.message })) ?? null, late]);
}

/** Setting with which the draft takes at most that memory; null if none was found in time. */
export async function fittingDraft(bytes: number): Promise<SettingChange | null> {
  const { draft, compute } = lab.getState();
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WAIT_MS));
  return Promise.race([fitting(draft, compute, bytes).catch(() => null), late]);
}
