/** Types of the benchmark's report: one row per work and peer. table.ts prints them. */
import type { KernelCost } from './costs';
import type { WhoName } from './peers/peer';

export interface Row {
  /** `matmul/512`, `matmul/micro-gate_up-dw`, `train/nano`, `rollout/micro-256`, `grpo/nano`. */
  readonly work: string;
  readonly who: WhoName;
  /** Median of one product, step or batch of rollouts; null if it could not be measured, with the reason in `error`. */
  readonly median_ms: number | null;
  /** Interquartile range; null for a single call. */
  readonly spread_ms: number | null;
  /** Number of timed calls. */
  readonly runs: number;
  /** Time from inputs to the first result: compilation, upload and one call. Not part of the median. */
  readonly first_ms: number | null;
  readonly tokens_per_second?: number;
  readonly gflops?: number;
  /** WebGPU calls per timed call, as a median. Absent for peers without a GPU. */
  readonly dispatches?: number;
  readonly submits?: number;
  readonly buffers_created?: number;
  readonly bind_groups_created?: number;
  /** Buffers mapped before the call ended. */
  readonly blocking_readbacks?: number;
  /** Our training steps: bytes that the dispatches bind, and the least bytes that the step must move (costs.ts). */
  readonly bytes_moved?: number;
  readonly bytes_least?: number;
  /** Our training steps: bytes of all their buffers, and of those in plan and arenas. */
  readonly peak_bytes?: number;
  readonly plan_bytes?: number;
  /** Our training steps: bytes, operations and, if the adapter has timestamps, time of each kernel. */
  readonly kernels?: readonly KernelCost[];
  readonly error?: string;
}

/** Counts of a step besides its time. */
export type Facts = Pick<Row, 'bytes_moved' | 'bytes_least' | 'peak_bytes' | 'plan_bytes' | 'kernels'>;

export interface Report {
  readonly adapter: string;
  /** ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** Peak speed of this adapter; null if the lab was not measured. */
  readonly peak: Peak | null;
  readonly rows: readonly Row[];
}

export interface Peak {
  readonly gflops: number;
  /** Bytes read plus bytes written, per second. */
  readonly copy_gb_per_second: number;
}
