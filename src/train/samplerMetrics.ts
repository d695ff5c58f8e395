/**
 * Distance of the sampler from the trainer. The sampler's log-probabilities are those of the distribution that it drew from: at the
 * temperature, renormalised over what top-k, top-p or min-p kept. The trainer's cover the whole distribution at the temperature.
 * Without truncation the two differ by rounding alone. With truncation, sampler − trainer is −log of the kept mass, which is no
 * disagreement and has metrics of its own.
 */
import { type Correction, correctedRatio, MOST_CORRECTION_EXPONENT, ofSequence } from '../kernels/correction';
import { least, mean, most } from '../stats';
import type { Metrics } from './metrics';

/** Log-probabilities of the tokens of one completion. */
export interface SampledSequence {
  readonly sampler: ArrayLike<number>;
  /** Log-probabilities under the policy before the update. */
  readonly trainer: ArrayLike<number>;
  /** Its tokens count in the loss. */
  readonly counted: boolean;
}

/** trainer − sampler of every token. */
const differencesOf = ({ sampler, trainer }: SampledSequence): number[] =>
  Array.from(sampler, (logprob, t) => trainer[t]! - logprob);

/**
 * `sampling/sampling_logp_difference` is |trainer − sampler|, as in TRL: rounding alone without truncation, −log of the kept mass with
 * it. With truncation two more: `sampling/kept_mass` is exp(trainer − sampler), and `sampling/logp_excess/max` is the largest trainer −
 * sampler. The latter is 0 but for rounding, since keeping less never makes a token less likely.
 */
export function samplingMetrics(sequences: readonly SampledSequence[], truncated: boolean): Metrics {
  const differences = sequences.filter(({ counted }) => counted).flatMap(differencesOf);
  const sizes = differences.map(Math.abs);
  const metrics: Metrics = {
    'sampling/sampling_logp_difference/mean': mean(sizes),
    'sampling/sampling_logp_difference/max': most(sizes, 0),
  };
  if (!truncated) return metrics;
  const masses = differences.map((difference) => Math.exp(Math.min(difference, MOST_CORRECTION_EXPONENT)));
  return {
    ...metrics,
    'sampling/kept_mass/mean': mean(masses),
    'sampling/kept_mass/min': least(masses, 0),
    'sampling/logp_excess/max': Math.max(0, most(differences, 0)),
  };
}

/** Factors of the sampler's correction: of every counted token, or of every completion; a masked completion has 1 before bounds. */
export function correctionMetrics(sequences: readonly SampledSequence[], correction: Correction): Metrics {
  const sums = () =>
    sequences.map((sequence) =>
      sequence.counted ? differencesOf(sequence).reduce((sum, difference) => sum + difference, 0) : 0,
    );
  const tokens = () => sequences.filter(({ counted }) => counted).flatMap(differencesOf);
  const ratios = (ofSequence(correction.mode) ? sums() : tokens()).map((log) => correctedRatio(correction, log));
  return {
    'sampling/importance_sampling_ratio/min': least(ratios, 0),
    'sampling/importance_sampling_ratio/mean': mean(ratios),
    'sampling/importance_sampling_ratio/max': most(ratios, 0),
  };
}
