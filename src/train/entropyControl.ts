/**
 * Control of γ by a target entropy: Skywork-OR1 (He et al. 2025, arXiv 2505.22312), TRL's `use_adaptive_entropy`. After every update γ
 * rises by a step if the entropy is at or below the target, else it falls by one, between bounds. γ acts only while the last measured
 * entropy is at or below the target, so the first update has no bonus.
 */

export interface EntropyTarget {
  /** Mean entropy of a completion token, nats. */
  readonly target: number;
  /** Change of γ with each update. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
}

export interface EntropyControl {
  /** Current γ, whether it acts or not. */
  readonly gamma: number;
  /** Entropy of the last update; ∞ before the first. */
  readonly entropy: number;
}

export const startEntropyControl = (gamma: number): EntropyControl => ({ gamma, entropy: Number.POSITIVE_INFINITY });

/** γ of the next update. */
export const gammaInForce = ({ gamma, entropy }: EntropyControl, { target }: EntropyTarget): number =>
  entropy <= target ? gamma : 0;

/** State after an update. @param entropy mean over the tokens that the bonus counts */
export function afterUpdate({ gamma }: EntropyControl, entropy: number, options: EntropyTarget): EntropyControl {
  const { target, step, min, max } = options;
  return { gamma: entropy <= target ? Math.min(gamma + step, max) : Math.max(gamma - step, min), entropy };
}
