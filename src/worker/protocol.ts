/** Protocol of page and worker: commands through comlink, events in batches through a plain port. */
import type { NoGpuCause } from '../gpu/browser';
import type { Recipe } from '../lab/recipe/recipe';
import type { LabEvent } from '../lab/run/events';
import type { MemoryEstimate } from '../lab/run/memory';

export type AdapterStatus =
  | { readonly kind: 'webgpu'; readonly name: string }
  | { readonly kind: 'none'; readonly cause: NoGpuCause | 'worker'; readonly message: string };

/** Messages of a worker besides its answers: a heartbeat, and the report that it holds its lock (life.ts). */
export const BEAT = 'beat';
export const HOLDS_LIFE = 'holds-life';

export type Compute = 'webgpu' | 'cpu';

/** Message of a run. */
export type RunMessage =
  | { readonly type: 'events'; readonly events: readonly LabEvent[] }
  /** Progress of compilation: kernels that are ready. */
  | { readonly type: 'compiling'; readonly ready: number; readonly kernels: number }
  | { readonly type: 'failed'; readonly message: string; readonly cause?: NoGpuCause }
  | { readonly type: 'stopped' };

export interface LabCommands {
  adapter(): Promise<AdapterStatus>;
  /** Memory that a run of the recipe takes on that device. Rejects naming what does not fit. */
  estimate(recipe: Recipe, compute: Compute): Promise<MemoryEstimate>;
  /** Error of a custom reward term's text before its function is called, with line and column; null without one. */
  sourceFault(source: string): Promise<string | null>;
  /** Starts a run and ends any other. Its messages go to the port. */
  start(recipe: Recipe, compute: Compute, port: MessagePort): Promise<void>;
  pause(): void;
  resume(): void;
  /** Runs to the next training event, then pauses. */
  step(): void;
  /** Ends the run and frees its device. */
  stop(): Promise<void>;
}
