/**
 * γ steered towards a target entropy. Skywork-OR1 (He et al. 2025, arXiv 2505.22312), as TRL 1.16.0 has it
 * (`use_adaptive_entropy`): after every update γ rises by a step where the entropy stands at or below the target and falls by one
 * where it is above, between bounds; it acts only while the last entropy measured is at or below the target, so the first update
 * has no bonus.
 */

export interface EntropyTarget {
  /** Mean entropy of a completion token, nats. */
  readonly target: number;
  /** By how much γ changes an update. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
}

export interface EntropyControl {
  /** γ as it stands, whether it acts or not. */
  readonly gamma: number;
  /** Of the last update; ∞ before the first. */
  readonly entropy: number;
}

export const startEntropyControl = (gamma: number): EntropyControl => ({ gamma, entropy: Number.POSITIVE_INFINITY });

/** γ of the next update. */
export const gammaInForce = ({ gamma, entropy }: EntropyControl, { target }: EntropyTarget): number =>
  entropy <= target ? gamma : 0;

/** @param entropy of the update's counted tokens */
export function afterUpdate({ gamma }: EntropyControl, entropy: number, options: EntropyTarget): EntropyControl {
  const { target, step, min, max } = options;
  return { gamma: entropy <= target ? Math.min(gamma + step, max) : Math.max(gamma - step, min), entropy };
}
