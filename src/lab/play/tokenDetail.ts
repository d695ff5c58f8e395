/** Numbers of one sampled token, from the logits of its step: full softmax at temperature 1. */
import { type Alternative, distributionOf, likeliest } from '../probe/logits';

export interface TokenDetail {
  /** Log-probability of the token at temperature 1, before truncation, as vLLM's `logprobs` (nats). */
  readonly logprob: number;
  /** Entropy of the distribution, nats. */
  readonly entropy: number;
  /** Most likely tokens, the likeliest first; ties go to the lower id. */
  readonly top: readonly Alternative[];
}

/** @param logits logits of the step, [V] */
export function tokenDetail(logits: Float32Array, id: number): TokenDetail {
  const distribution = distributionOf(logits, 1);
  return { logprob: distribution.logprobs[id]!, entropy: distribution.entropy, top: likeliest(distribution) };
}
