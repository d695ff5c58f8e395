/** The record of a policy loss, and what it asks of the kernel. */
import type { Objective } from '../../kernels/policyLoss';
import type { Metrics, ScoredSequence } from '../metrics';
import type { Aggregation } from './aggregation';
import { type LossOption, type NumberOption, type SharedValues, sharedOptions } from './options';

export interface PolicyLoss<O extends Readonly<Record<string, NumberOption>> = Readonly<Record<string, NumberOption>>> {
  /** Its name in a recipe and in `probe policy-loss`. */
  readonly name: string;
  /** Its objective in words, for the screen and the docs. */
  readonly description: string;
  readonly source: string;
  /** Fields of TRL's GRPOConfig that choose it. */
  readonly trl: { readonly loss_type: string; readonly importance_sampling_level?: 'sequence' };
  /** Options that no other loss has, by their field in a recipe; uniforms of its kernel of the same name. */
  readonly options: O;
  /** The objective of each token, for the kernel and as plain code. */
  readonly objective: Objective;
  /** Weight of each token. */
  readonly aggregation: Aggregation;
  /** Always takes the ratio of the sequence, with either value of `importanceSampling`. */
  readonly sequenceRatio?: true;
  /** `epsilonHigh` is the cap of the ratio itself, 1 or more; otherwise the ratio's excess over 1. */
  readonly epsilonHighIsRatio?: true;
  /** The number that its metrics count is a gate; otherwise 1 where a clip bound decides. */
  readonly marksGate?: true;
  /** Metrics beside KL and entropy. */
  readonly metrics: (sequences: readonly ScoredSequence[], sequenceLevel: boolean) => Metrics;
  /** Says why shared options do not fit it, as TRL refuses them; null where they do. */
  readonly fault?: (values: SharedValues) => { readonly field: keyof SharedValues; readonly message: string } | null;
}

/** A record that keeps the names of its options. */
export const definePolicyLoss = <O extends Readonly<Record<string, NumberOption>>>(record: PolicyLoss<O>) => record;

/** A loss with values for its options. */
export interface LossOptions extends SharedValues {
  readonly loss: PolicyLoss;
  /** Values of the loss's own options. */
  readonly own: Readonly<Record<string, number>>;
  /** TRL's `max_completion_length`: `dr_grpo` divides by it. */
  readonly maxCompletionLength: number;
}

/**
 * Options of one loss from values by their fields in a recipe; an option without a value has its default.
 * @param maxCompletionLength TRL's `max_completion_length`
 */
export function lossOptionsOf(
  loss: PolicyLoss,
  values: Partial<SharedValues> & Readonly<Record<string, unknown>>,
  maxCompletionLength: number,
): LossOptions {
  const valuesOf = <T>(options: Readonly<Record<string, LossOption>>) =>
    Object.fromEntries(Object.entries(options).map(([name, option]) => [name, values[name] ?? option.default])) as T;
  return { ...valuesOf<SharedValues>(sharedOptions), loss, own: valuesOf(loss.options), maxCompletionLength };
}

export const sequenceLevel = ({ loss, importanceSampling }: LossOptions): boolean =>
  loss.sequenceRatio === true || importanceSampling === 'sequence';

/**
 * Weight of each token of each sequence, so that the loss is the sum over tokens of weight · token loss.
 * @param lengths counted tokens of every sequence of the optimizer step; 0 where it is masked whole
 */
export const tokenWeights = ({ loss, maxCompletionLength }: LossOptions, lengths: readonly number[]): number[] =>
  loss.aggregation.weights(lengths, maxCompletionLength);
