/** The losses of GRPO and its kin: what each asks of the kernel, and the weight that it gives every token. */
import type { PolicyLossOptions } from '../graph/ops/policyLoss';
import { type Correction, type CorrectionMode, corrections } from '../kernels/correction';

export const lossTypes = ['grpo', 'bnpo', 'dr_grpo', 'dapo', 'cispo', 'gspo'] as const;
export type LossType = (typeof lossTypes)[number];

export const correctionModes = Object.keys(corrections) as [CorrectionMode, ...CorrectionMode[]];

export interface LossOptions {
  readonly lossType: LossType;
  /** KL to the reference. */
  readonly beta: number;
  /** Entropy bonus. */
  readonly gamma: number;
  readonly epsilonLow: number;
  /** For `cispo` the cap of the ratio itself, as in TRL. */
  readonly epsilonHigh: number;
  /** Cap of the ratio from above, before clipping; null for none. */
  readonly delta: number | null;
  readonly importanceSamplingLevel: 'token' | 'sequence';
  /** KL times the ratio (DeepSeek-V3.2's unbiased KL; TRL's `use_bias_correction_kl`). */
  readonly klRatio: boolean;
  /** Of the loss for a sampler that draws from another distribution; null for none. */
  readonly correction: Correction | null;
  /** What `dr_grpo` divides by beside the number of sequences. */
  readonly maxCompletionLength: number;
}

/** `gspo` is `grpo` with the ratio of the whole sequence. */
export const sequenceLevel = ({ lossType, importanceSamplingLevel }: LossOptions): boolean =>
  lossType === 'gspo' || importanceSamplingLevel === 'sequence';

export const kernelOptions = (options: LossOptions): PolicyLossOptions => ({
  cispo: options.lossType === 'cispo',
  sequenceRatio: sequenceLevel(options),
  epsilonLow: options.epsilonLow,
  epsilonHigh: options.epsilonHigh,
  delta: options.delta ?? 0,
  beta: options.beta,
  klRatio: options.klRatio,
  correction: options.correction,
});

/**
 * Weight of each token of each sequence, so that the loss is the sum over tokens of weight · token loss.
 * @param lengths counted tokens of every sequence of the optimizer step; 0 where it is masked whole
 */
export function tokenWeights(options: LossOptions, lengths: readonly number[]): number[] {
  const tokens = Math.max(
    1,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  switch (options.lossType) {
    case 'grpo':
    case 'gspo':
      return lengths.map((length) => 1 / (lengths.length * Math.max(1, length)));
    case 'bnpo':
    case 'dapo':
    case 'cispo':
      return lengths.map(() => 1 / tokens);
    case 'dr_grpo':
      return lengths.map(() => 1 / (lengths.length * options.maxCompletionLength));
    default:
      return options.lossType satisfies never;
  }
}
