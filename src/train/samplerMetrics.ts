/**
 * How far the sampler stands from the trainer. The sampler's log-probabilities are those of the distribution that was drawn from:
 * at the temperature, and where top-k, top-p or min-p cut it, of what was kept, renormalised. The trainer's are of the whole
 * distribution at the temperature. Untruncated the two differ by rounding alone; truncated, sampler − trainer is
 * −log of the kept mass, which is no disagreement and is told apart.
 */
import { type Correction, correctedRatio, MOST_CORRECTION_EXPONENT, ofSequence } from '../kernels/correction';
import { mean } from '../stats';
import type { Metrics } from './metrics';

/** Log-probabilities of one completion's tokens. */
export interface SampledSequence {
  readonly sampler: ArrayLike<number>;
  /** Under the policy before the update. */
  readonly trainer: ArrayLike<number>;
  /** Whether its tokens count in the loss. */
  readonly counted: boolean;
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const orZero = (values: readonly number[], of: (values: readonly number[]) => number) =>
  values.length === 0 ? 0 : of(values);

/** trainer − sampler of every token. */
const differencesOf = ({ sampler, trainer }: SampledSequence): number[] =>
  Array.from(sampler, (logprob, t) => trainer[t]! - logprob);

/**
 * `sampling/sampling_logp_difference`: |trainer − sampler|, as TRL takes it: 0 but for rounding where nothing is truncated, and with
 * truncation −log of the kept mass. Then also `sampling/kept_mass`, exp(trainer − sampler), and `sampling/logp_excess/max`, the most by
 * which the trainer stands above the sampler: 0 but for rounding, since keeping less never makes a token less likely.
 */
export function samplingMetrics(sequences: readonly SampledSequence[], truncated: boolean): Metrics {
  const differences = sequences.filter(({ counted }) => counted).flatMap(differencesOf);
  const sizes = differences.map(Math.abs);
  const metrics: Metrics = {
    'sampling/sampling_logp_difference/mean': mean(sizes),
    'sampling/sampling_logp_difference/max': Math.max(0, most(sizes)),
  };
  if (!truncated) return metrics;
  const masses = differences.map((difference) => Math.exp(Math.min(difference, MOST_CORRECTION_EXPONENT)));
  return {
    ...metrics,
    'sampling/kept_mass/mean': mean(masses),
    'sampling/kept_mass/min': orZero(masses, least),
    'sampling/logp_excess/max': Math.max(0, most(differences)),
  };
}

/** The factors that the loss was multiplied by: of every counted token, or of every completion, masked ones being 1 before bounds. */
export function correctionMetrics(sequences: readonly SampledSequence[], correction: Correction): Metrics {
  const sums = () =>
    sequences.map((sequence) =>
      sequence.counted ? differencesOf(sequence).reduce((sum, difference) => sum + difference, 0) : 0,
    );
  const tokens = () => sequences.filter(({ counted }) => counted).flatMap(differencesOf);
  const ratios = (ofSequence(correction.mode) ? sums() : tokens()).map((log) => correctedRatio(correction, log));
  return {
    'sampling/importance_sampling_ratio/min': orZero(ratios, least),
    'sampling/importance_sampling_ratio/mean': mean(ratios),
    'sampling/importance_sampling_ratio/max': orZero(ratios, most),
  };
}
