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
  const V = logits.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < V; v++) largest = Math.max(largest, logits[v]!);
  const logprobs = new Float64Array(V);
  let mass = 0;
  let moment = 0;
  for (let v = 0; v < V; v++) {
    const shifted = (logits[v]! - largest) / temperature;
    const weight = Math.exp(shifted);
    mass += weight;
    moment += weight * shifted;
    logprobs[v] = shifted;
  }
  const logMass = Math.log(mass);
  for (let v = 0; v < V; v++) logprobs[v]! -= logMass;
  return { logprobs, entropy: Math.max(0, logMass - moment / mass) };
}

/** Alternatives of a token that answers list. */
export const ALTERNATIVES = 5;

/** A token with its log-probability, nats. */
export interface Alternative {
  readonly id: number;
  readonly logprob: number;
}

/** The most likely tokens, the likeliest first; ties go to the lower id. Vocabularies are too large to sort for each token. */
export function likeliest({ logprobs }: Distribution, count = ALTERNATIVES): Alternative[] {
  const top: Alternative[] = [];
  for (let id = 0; id < logprobs.length; id++) {
    const logprob = logprobs[id]!;
    if (top.length === count && logprob <= top.at(-1)!.logprob) continue;
    const at = top.findIndex((other) => logprob > other.logprob);
    top.splice(at < 0 ? top.length : at, 0, { id, logprob });
    if (top.length > count) top.pop();
  }
  return top;
}

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
