/** Numbers of one sampled token, from the logits of its step: full softmax at temperature 1, in double precision. */

/** A token with its log-probability, nats. */
export interface Alternative {
  readonly id: number;
  readonly logprob: number;
}

export interface TokenDetail {
  /** Log-probability of the token at temperature 1, before truncation, as vLLM's `logprobs` (nats). */
  readonly logprob: number;
  /** Entropy of the distribution, nats. */
  readonly entropy: number;
  /** Most likely tokens, the likeliest first; ties go to the lower id. */
  readonly top: readonly Alternative[];
}

/** Alternatives of a token that a reader may branch to. */
export const ALTERNATIVES = 5;

/** Ids of the `count` largest logits. */
function largest(logits: Float32Array, count: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (ids.length === count && logits[id]! <= logits[ids.at(-1)!]!) continue;
    const at = ids.findIndex((other) => logits[id]! > logits[other]!);
    ids.splice(at < 0 ? ids.length : at, 0, id);
    if (ids.length > count) ids.pop();
  }
  return ids;
}

/** @param logits logits of the step, [V] */
export function tokenDetail(logits: Float32Array, id: number, count = ALTERNATIVES): TokenDetail {
  const ids = largest(logits, count);
  const max = logits[ids[0]!]!;
  let mass = 0;
  let moment = 0;
  for (const logit of logits) {
    const weight = Math.exp(logit - max);
    mass += weight;
    moment += weight * (logit - max);
  }
  const logMass = Math.log(mass);
  const logprobOf = (token: number): number => logits[token]! - max - logMass;
  return {
    logprob: logprobOf(id),
    entropy: Math.max(0, logMass - moment / mass),
    top: ids.map((token) => ({ id: token, logprob: logprobOf(token) })),
  };
}
