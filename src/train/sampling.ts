/** Requests to a sampler, its options and its completions. */

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  readonly temperature: number;
  /** 0 for all. */
  readonly topK: number;
  /** 1 for all. */
  readonly topP: number;
  /** 0 for all. */
  readonly minP: number;
  readonly maxNew: number;
  /** Seed of the random numbers: a random number is a hash of (seed, sequence, position). */
  readonly seed: number;
}

/** True if top-k, top-p or min-p removes tokens from the distribution. */
export const isTruncated = ({ topK, topP, minP }: Pick<SamplingOptions, 'topK' | 'topP' | 'minP'>): boolean =>
  topK > 0 || topP < 1 || minP > 0;

export interface RolloutRequest {
  readonly prompt: readonly number[];
  /** Stream of random numbers: the same sequence and seed give the same numbers. */
  readonly sequence: number;
  /** Tokens that the completion begins with, as if they had been sampled; only `stream` takes them. */
  readonly forced?: readonly number[];
}

/** New tokens of a rollout, as a readback shows them. */
export interface StreamedTokens {
  /** Index of the request. */
  readonly request: number;
  /** Position of the first new token in the completion. */
  readonly first: number;
  readonly ids: readonly number[];
  /** Logits before temperature and truncation, one row for each new token, [t][V]. */
  readonly logits: readonly Float32Array[];
  /** The whole completion, once it has ended. */
  readonly completion: Completion | null;
}

export interface Completion {
  /** Token ids, including the end token if there is one. */
  readonly ids: readonly number[];
  /** Log-probability of each token under the sampled distribution (greedy: at temperature 1), nats. */
  readonly logprobs: Float32Array;
  /** True if the completion has its end token, and the budget did not cut it off. */
  readonly ended: boolean;
}

/** Lowest temperature at which f32 logits divided by T keep their order. */
const COLDEST = 0.001;
export const TEMPERATURE_RANGE = `must be 0 (greedy) or from ${COLDEST} to 100`;
export const isTemperature = (value: number): boolean => value === 0 || (value >= COLDEST && value <= 100);
