/**
 * Alert for a policy that training has destroyed: few right answers are left, the reward is below its first value, and KL,
 * entropy or clipping is far from its first value. The event of the step carries the alert as a code with values.
 */
import type { Metrics } from '../../train/metrics';
import { percent } from '../../units';
import type { WatchState } from './runState';

export interface PolicyAlert {
  readonly code: 'policy_destroyed';
  readonly values: {
    /** Best accuracy and first reward of the run; accuracy and reward of this step. */
    readonly best_accuracy: number;
    readonly accuracy: number;
    readonly first_reward: number;
    readonly reward: number;
    readonly kl: number;
    readonly first_entropy: number;
    readonly entropy: number;
    /** Share of tokens, or sequences, at a clip bound. */
    readonly clipped: number;
  };
}

/** Accuracy from which on the policy has something to lose. */
const LEAST_ACCURACY = 0.05;
/** Share of the best accuracy below which the policy has lost its answers. */
const FALLEN = 0.25;
/** KL in nats per token from which on the policy is far from the reference. */
export const KL_FAR = 2;
/** Rise of entropy in nats, and share of the first entropy, beyond which entropy is far from its first value. */
const ENTROPY_RISE = 1;
const ENTROPY_SHARE = 0.02;
const CLIPPED = 0.5;
/** Steps in a row: one unlucky batch raises no alert. */
const STEPS = 2;

/** Checks the metrics of a run's steps, in order. */
export class PolicyWatch {
  private first: WatchState['first'] = null;
  private best = 0;
  private inRow = 0;

  /** @param state what an earlier watch has seen */
  constructor(state: WatchState | null = null) {
    if (state) ({ first: this.first, best: this.best, inRow: this.inRow } = state);
  }

  /** State for a checkpoint. */
  get state(): WatchState {
    const { first, best, inRow } = this;
    return { first, best, inRow };
  }

  /** Alert of this step, or null. */
  check(metrics: Metrics): PolicyAlert | null {
    const { reward = 0, accuracy = 0, kl = 0, entropy = 0 } = metrics;
    const clipped = metrics['clip_ratio/region_mean'] ?? metrics.cispo_clip_ratio ?? 0;
    this.first ??= { first_reward: reward, first_entropy: entropy };
    const { first_reward, first_entropy } = this.first;
    this.best = Math.max(this.best, accuracy);
    const fallen = this.best >= LEAST_ACCURACY && accuracy < FALLEN * this.best && reward < first_reward;
    const ranAway =
      kl > KL_FAR ||
      entropy > first_entropy + ENTROPY_RISE ||
      entropy < ENTROPY_SHARE * first_entropy ||
      clipped > CLIPPED;
    this.inRow = fallen && ranAway ? this.inRow + 1 : 0;
    if (this.inRow < STEPS) return null;
    const values = { best_accuracy: this.best, accuracy, first_reward, reward, kl, first_entropy, entropy, clipped };
    return { code: 'policy_destroyed', values };
  }
}

/** Describes an alert in words. */
export function policyAlertWords({ values }: PolicyAlert): { readonly title: string; readonly detail: string } {
  const { best_accuracy, accuracy, kl, first_entropy, entropy } = values;
  return {
    title: 'The policy is destroyed',
    detail:
      `accuracy fell from ${percent(best_accuracy, 0)} to ${percent(accuracy, 0)}, KL is ${kl.toPrecision(3)}, ` +
      `entropy went from ${first_entropy.toFixed(2)} to ${entropy.toFixed(2)}; stop the run and lower the learning rate`,
  };
}
