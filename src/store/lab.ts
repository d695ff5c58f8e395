/** The lab's state for any screen: the run that is shown, where it comes from, what is chosen. No framework in here. */
import { createStore } from 'zustand/vanilla';
import type { NoGpuCause } from '../gpu/browser';
import type { MemoryEstimate } from '../lab/memory';
import type { Recipe } from '../lab/recipe';
import { recipes } from '../lab/recipes';
import type { AdapterStatus, Compute } from '../worker/protocol';
import { emptyRun, type RunData } from './run';

export type View = 'train' | 'rollouts';
type Status = 'loading' | 'playing' | 'paused' | 'finished' | 'failed';

export interface LabState {
  /** A recording is never shown as live. */
  source: 'replay' | 'live';
  status: Status;
  error: { readonly message: string; readonly cause?: NoGpuCause | undefined } | null;
  run: RunData;
  /** How many kernels are ready while a live run compiles; null before it does. */
  compiling: { readonly ready: number; readonly kernels: number } | null;
  /** Grows whenever `run` changed. */
  version: number;
  adapter: AdapterStatus | { readonly kind: 'checking' };
  compute: Compute;
  /** What the next run would do. */
  draft: Recipe;
  /** What the last edits of the draft got wrong, by field. */
  draftErrors: Readonly<Record<string, string>>;
  /** What the draft would take of the device that is chosen, or why it does not fit; null until that is known. */
  memory: MemoryEstimate | { readonly refused: string } | null;
  /** Grows whenever the draft changed: fields show it anew. */
  edition: number;
  speed: number;
  view: View;
  /** The GRPO step on screen; null follows the latest. */
  step: number | null;
  /** The group on screen; null shows the one whose rewards differ most. */
  group: number | null;
  rollout: number;
}

export const NOTHING_SELECTED = { step: null, group: null, rollout: 0 } as const;

export const lab = createStore<LabState>(() => ({
  source: 'replay',
  status: 'loading',
  error: null,
  run: emptyRun(),
  compiling: null,
  version: 0,
  adapter: { kind: 'checking' },
  compute: 'webgpu',
  draft: recipes[0] as Recipe,
  draftErrors: {},
  memory: null,
  edition: 0,
  speed: 1,
  view: 'train',
  ...NOTHING_SELECTED,
}));

export const show = (shown: Partial<Pick<LabState, 'view' | 'step' | 'group' | 'rollout'>>): void =>
  lab.setState(shown);
