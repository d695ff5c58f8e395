/** What is asked of a sampler, and what comes back. */

export interface SamplingOptions {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** 0 for all. */
  readonly topK: number;
  /** 1 for all. */
  readonly topP: number;
  /** 0 for all. */
  readonly minP: number;
  readonly maxNew: number;
  /** Of the random numbers: a draw is a hash of (seed, sequence, draw). */
  readonly seed: number;
}

/** Whether tokens are left out of the distribution that is drawn from. */
export const isTruncated = ({ topK, topP, minP }: Pick<SamplingOptions, 'topK' | 'topP' | 'minP'>): boolean =>
  topK > 0 || topP < 1 || minP > 0;

export interface RolloutRequest {
  readonly prompt: readonly number[];
  /** Names the stream of random numbers: the same sequence with the same seed draws the same numbers. */
  readonly sequence: number;
}

export interface Completion {
  /** With the end token where it came. */
  readonly ids: readonly number[];
  /** Of each token, under the distribution that was sampled (greedy: at temperature 1), nats. */
  readonly logprobs: Float32Array;
  /** Whether the end token came within the budget. */
  readonly ended: boolean;
}

/** Below this 1/T leaves the range in which f32 logits keep their order. */
const COLDEST = 0.001;
export const TEMPERATURE_RANGE = `must be 0 (greedy) or from ${COLDEST} to 100`;
export const isTemperature = (value: number): boolean => value === 0 || (value >= COLDEST && value <= 100);
