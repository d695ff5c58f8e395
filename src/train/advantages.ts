/** Group-relative advantages. Formulas: TRL's GRPOTrainer (commit f2cd577). */
import { mean, standardDeviation } from '../stats';

export type ScaleRewards = 'group' | 'batch' | 'none';

const EPSILON = 1e-4;

/**
 * A_i = (r_i − mean of its group) / (std + 1e-4), std with ddof 1 of its group or of the batch, or not at all (Dr. GRPO).
 * A group of equal rewards has advantage 0.
 * @param rewards group after group
 * @throws where they do not fill whole groups
 */
export function groupAdvantages(rewards: readonly number[], groupSize: number, scale: ScaleRewards): number[] {
  if (rewards.length % groupSize !== 0) throw new Error(`${rewards.length} rewards do not fill groups of ${groupSize}`);
  const batchDeviation = standardDeviation(rewards);
  return groupsOf(rewards, groupSize).flatMap((group) => {
    const center = mean(group);
    const deviation = { group: standardDeviation(group), batch: batchDeviation, none: null }[scale];
    return group.map((reward) => (reward - center) / (deviation === null ? 1 : deviation + EPSILON));
  });
}

export function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, g) => items.slice(g * size, (g + 1) * size));
}
