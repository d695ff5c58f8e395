/** A piece of work that any peer can be asked to do, and how a result is told to be right. */
import type { Peer } from '../peers/peer';
import type { Facts } from '../rows';

/** One peer at one work, made ready. */
export interface Attempt {
  /** One timed call; `times` is 1 unless the work is repeatable. */
  run(times: number): Promise<void>;
  /** @throws saying how the results so far are wrong */
  check(): Promise<void>;
  /** What else is known of it after the timed calls. */
  facts?(): Promise<Facts>;
  dispose(): void | Promise<void>;
}

export interface Work {
  readonly name: string;
  /** Whether several may run in a row as one timed call: where one is over before it can be timed. */
  readonly repeatable: boolean;
  /** Of the time that each peer gets at a work. */
  readonly budgetShare: number;
  suits(peer: Peer): boolean;
  /** Makes the inputs, which are part of nobody's time; what it returns has a peer begin on them. */
  prepare(): (peer: Peer) => Promise<Attempt>;
  rate(milliseconds: number): { readonly tokens_per_second: number } | { readonly gflops: number };
}
