/** What page and worker say to each other: commands through comlink, events in batches through a plain port. */
import type { NoGpuCause } from '../gpu/browser';
import type { Recipe } from '../lab/recipe/recipe';
import type { LabEvent } from '../lab/run/events';
import type { MemoryEstimate } from '../lab/run/memory';

export type AdapterStatus =
  | { readonly kind: 'webgpu'; readonly name: string }
  | { readonly kind: 'none'; readonly cause: NoGpuCause | 'worker'; readonly message: string };

/** Messages of a worker beside its answers: that it lives, and that it holds the lock by its name (life.ts). */
export const BEAT = 'beat';
export const HOLDS_LIFE = 'holds-life';

export type Compute = 'webgpu' | 'cpu';

/** Whatever happened since the last message. */
export type RunMessage =
  | { readonly type: 'events'; readonly events: readonly LabEvent[] }
  /** While kernels compile: how many of them are ready. */
  | { readonly type: 'compiling'; readonly ready: number; readonly kernels: number }
  | { readonly type: 'failed'; readonly message: string; readonly cause?: NoGpuCause }
  | { readonly type: 'stopped' };

export interface LabCommands {
  adapter(): Promise<AdapterStatus>;
  /** The memory that a run of the recipe would take there. Rejects with what does not fit. */
  estimate(recipe: Recipe, compute: Compute): Promise<MemoryEstimate>;
  /** Says why the text of a custom reward term does not run up to its function, with line and column; null where it does. */
  sourceFault(source: string): Promise<string | null>;
  /** Starts a run, ending any other; its messages go to the port. */
  start(recipe: Recipe, compute: Compute, port: MessagePort): Promise<void>;
  pause(): void;
  resume(): void;
  /** One event of training further, then paused. */
  step(): void;
  /** Ends the run and frees its device. */
  stop(): Promise<void>;
}
