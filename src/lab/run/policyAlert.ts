/**
 * Notices a policy that training has destroyed: right answers are all but gone, reward lies below where it began, and KL,
 * entropy or clipping has run away from the start. Emitted in the event of the step, as a code with its numbers.
 */
import type { Metrics } from '../../train/metrics';

export interface PolicyAlert {
  readonly code: 'policy_destroyed';
  readonly values: {
    /** Best accuracy and first reward of the run, against this step's. */
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

/** Below this accuracy there is nothing to lose. */
const LEAST_ACCURACY = 0.05;
/** Share of the best accuracy below which right answers are all but gone. */
const FALLEN = 0.25;
/** Nats a token: the policy is another model than the one that SFT left. */
export const KL_FAR = 2;
/** Entropy runs away where it grows by so many nats, or falls to this share of where it began. */
const ENTROPY_RISE = 1;
const ENTROPY_SHARE = 0.02;
const CLIPPED = 0.5;
/** Steps in a row, so that one unlucky batch is no alarm. */
const STEPS = 2;

/** Watches the metrics of one run's steps, in order. */
export class PolicyWatch {
  private first: Pick<PolicyAlert['values'], 'first_reward' | 'first_entropy'> | null = null;
  private best = 0;
  private inRow = 0;

  /** The alert of this step; null where the policy lives. */
  see(metrics: Metrics): PolicyAlert | null {
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

/** The alert in words. */
export function policyAlertWords({ values }: PolicyAlert): { readonly title: string; readonly detail: string } {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const { best_accuracy, accuracy, kl, first_entropy, entropy } = values;
  return {
    title: 'The policy is destroyed',
    detail:
      `accuracy fell from ${percent(best_accuracy)} to ${percent(accuracy)}, KL is ${kl.toPrecision(3)}, ` +
      `entropy went from ${first_entropy.toFixed(2)} to ${entropy.toFixed(2)}; stop the run and lower the learning rate`,
  };
}
