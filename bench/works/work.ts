/** A work of the benchmark: its inputs, its timed call, and the check of its result. */
import type { Peer } from '../peers/peer';
import type { Facts } from '../rows';

/** One peer, prepared for one work. */
export interface Attempt {
  /** One timed call; `times` is 1 unless the work is repeatable. */
  run(times: number): Promise<void>;
  /** Checks the results so far. @throws naming the difference */
  check(): Promise<void>;
  /** Counts after the timed calls. */
  facts?(): Promise<Facts>;
  dispose(): void | Promise<void>;
}

export interface Work {
  readonly name: string;
  /** True if several repetitions form one timed call, because one is too short to time. */
  readonly repeatable: boolean;
  /** Share of the time budget that a peer gets for this work. */
  readonly budgetShare: number;
  suits(peer: Peer): boolean;
  /** Makes the inputs outside the measured time, and returns the function that prepares a peer. */
  prepare(): (peer: Peer) => Promise<Attempt>;
  rate(milliseconds: number): { readonly tokens_per_second: number } | { readonly gflops: number };
}
