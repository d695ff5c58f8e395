/** Query of traces: what a selection takes, in which order. */

export interface TraceQuery {
  /** Expression over the fields (filter.ts); empty for all rollouts. */
  readonly filter: string;
  /** Text that the completion, the problem or its answer contains, in any case; empty for all. */
  readonly find: string;
  /** Field of the order, with `-` in front for descending. */
  readonly sort: string;
}

/** Order in which the run drew its rollouts. */
export const AS_DRAWN = 'step';

export const ALL_TRACES: TraceQuery = { filter: '', find: '', sort: AS_DRAWN };

/** Longest filter, characters. */
export const LONGEST_FILTER = 1000;
