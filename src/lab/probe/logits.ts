/** Numbers of one token from its logits at a temperature, in double precision. */

/** Distribution of softmax(z ÷ T) for logits z. */
export interface Distribution {
  /** Log-probability of each token of the vocabulary, [V], nats. */
  readonly logprobs: Float64Array;
  /** Entropy, nats. */
  readonly entropy: number;
}

/** @param logits [V] */
export function distributionOf(logits: ArrayLike<number>, temperature: number): Distribution {
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  const top = scaled.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const logSum = top + Math.log(scaled.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
  const logprobs = scaled.map((logit) => logit - logSum);
  return { logprobs, entropy: -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0) };
}

/** Ids of the most likely tokens, the likeliest first; ties go to the lower id. */
export const likeliest = ({ logprobs }: Distribution, count: number): number[] =>
  Array.from(logprobs.keys())
    .sort((a, b) => logprobs[b]! - logprobs[a]! || a - b)
    .slice(0, count);

/** Gradient of a loss with respect to the log-probability of the target and the entropy of the distribution. */
export interface ScoreGradient {
  readonly dlogprob: number;
  readonly dentropy: number;
}

/**
 * Gradient of a loss with respect to the logits of one token, [V]:
 * dz_v = (dlogprob · (1[v = target] − p_v) − dentropy · p_v · (log p_v + H)) ÷ T.
 */
export const logitGradient = (
  { logprobs, entropy }: Distribution,
  target: number,
  { dlogprob, dentropy }: ScoreGradient,
  temperature: number,
): Float64Array =>
  logprobs.map((logprob, v) => {
    const p = Math.exp(logprob);
    return (dlogprob * ((v === target ? 1 : 0) - p) - dentropy * p * (logprob + entropy)) / temperature;
  });

/** Euclidean norm. */
export const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
