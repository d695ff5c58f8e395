/** Numbers about the groups of a GRPO step, from its metrics. The page needs them before it reads events. */
import type { Metrics } from '../../train/metrics';

/** Share of groups with equal rewards. It does not depend on how advantages are scaled. */
export const groupsWithoutSpread = (metrics: Metrics): number =>
  metrics.frac_groups_zero_std ?? metrics.frac_reward_zero_std ?? 0;

/** Mean reward and accuracy of all drawn groups, including those that dynamic sampling sets aside. */
export const meansOfAllGroups = (metrics: Metrics): { readonly reward: number; readonly accuracy: number } => ({
  reward: metrics['dynamic_sampling/reward'] ?? metrics.reward!,
  accuracy: metrics['dynamic_sampling/accuracy'] ?? metrics.accuracy!,
});

/** Numbers of groups that `meansOfAllGroups` averages and of those with spread; null without dynamic sampling. */
export function groupsDrawn(metrics: Metrics): { readonly drawn: number; readonly kept: number } | null {
  const drawn = metrics['dynamic_sampling/groups_drawn'];
  return drawn === undefined ? null : { drawn, kept: metrics['dynamic_sampling/groups_kept']! };
}
