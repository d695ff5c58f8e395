/** What the benchmark writes: one row for each work and whoever did it. Types only; table.ts shows them. */
import type { KernelCost } from './costs';
import type { WhoName } from './peers/peer';

export interface Row {
  /** `matmul/512`, `matmul/micro-gate_up-dw`, `train/nano`, `rollout/micro-256`, `grpo/nano`. */
  readonly work: string;
  readonly who: WhoName;
  /** Of one product, step or batch of rollouts; null where it could not be measured, and then `error` says why. */
  readonly median_ms: number | null;
  /** Interquartile range; null of a single call. */
  readonly spread_ms: number | null;
  /** Timed calls that median and spread are of. */
  readonly runs: number;
  /** From handing over the inputs to the first result: compilation, upload and one call. Never part of the median. */
  readonly first_ms: number | null;
  readonly tokens_per_second?: number;
  readonly gflops?: number;
  /** WebGPU calls of one timed call, the median over them. Absent for who uses no GPU. */
  readonly dispatches?: number;
  readonly submits?: number;
  readonly buffers_created?: number;
  readonly bind_groups_created?: number;
  /** Buffers mapped before the call was done. */
  readonly blocking_readbacks?: number;
  /** Of our training steps: bytes that the dispatches bind, and the least that the step must move (costs.ts). */
  readonly bytes_moved?: number;
  readonly bytes_least?: number;
  /** Of our training steps: bytes of all buffers made for it, and of those that its plan and arenas name. */
  readonly peak_bytes?: number;
  readonly plan_bytes?: number;
  /** Of our training steps: what each kernel moves, computes and, where the adapter has timestamps, takes. */
  readonly kernels?: readonly KernelCost[];
  readonly error?: string;
}

/** What is known of a step beyond its time. */
export type Facts = Pick<Row, 'bytes_moved' | 'bytes_least' | 'peak_bytes' | 'plan_bytes' | 'kernels'>;

export interface Report {
  readonly adapter: string;
  /** ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** Measured on this adapter by shaders that do nothing else; null where no work was ours. */
  readonly peak: Peak | null;
  readonly rows: readonly Row[];
}

export interface Peak {
  readonly gflops: number;
  /** Bytes read and written. */
  readonly copy_gb_per_second: number;
}
