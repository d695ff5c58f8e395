/** Correction of a policy loss for a sampler that draws from another distribution than the trainer scores: modes and factor. */

/** Modes in which the ratio of policy to sampler enters, by their number in the shader. */
export const corrections = { token_truncate: 1, token_mask: 2, sequence_truncate: 3, sequence_mask: 4 } as const;
export type CorrectionMode = keyof typeof corrections;
export const ofSequence = (mode: CorrectionMode): boolean => mode.startsWith('sequence');

/** Bounds of the ratio of policy to sampler. Formula: TRL's vllm_importance_sampling_correction. */
export interface Correction {
  readonly mode: CorrectionMode;
  readonly min: number;
  readonly max: number;
}

/** Largest power of e that the product of correction, ratio and advantage may reach, far inside f32. */
export const MOST_CORRECTION_EXPONENT = 80;

/**
 * Factor of a policy loss.
 * @param logRatio log(policy ÷ sampler) of a token, or its sum over the completion
 * @param most largest exponent, where other factors multiply it
 */
export function correctedRatio(
  { mode, min, max }: Correction,
  logRatio: number,
  most = MOST_CORRECTION_EXPONENT,
): number {
  const ratio = Math.exp(Math.max(-MOST_CORRECTION_EXPONENT, Math.min(most, logRatio)));
  if (mode.endsWith('truncate')) return Math.max(min, Math.min(max, ratio));
  return ratio < min || ratio > max ? 0 : ratio;
}
