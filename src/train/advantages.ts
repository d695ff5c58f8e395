/** Group-relative advantages. Formulas: TRL's GRPOTrainer (commit f2cd577; GDPO as in release 1.16.0). */
import { mean, standardDeviation } from '../stats';

export const scales = ['group', 'batch', 'none'] as const;
export type ScaleRewards = (typeof scales)[number];
export const aggregations = ['sum_then_normalize', 'normalize_then_sum'] as const;
/** Order of two operations: summing the terms of a reward, and comparing with the group. */
export type Aggregation = (typeof aggregations)[number];

const EPSILON = 1e-4;
/** A smaller standard deviation counts as none. */
const NO_SPREAD = 1e-8;

export const hasSpread = (values: readonly number[]): boolean => standardDeviation(values) >= NO_SPREAD;

/**
 * Advantages A_i = (r_i − mean of the group) / (std + 1e-4). The std (ddof 1) is that of the group or of the batch; Dr. GRPO does not
 * divide. A group of equal rewards has advantage 0.
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

/** One completion's reward: its terms unweighted, and their weighted sum. */
export interface RewardTerms {
  readonly total: number;
  readonly parts: readonly { readonly value: number; readonly weight: number }[];
}

export interface AdvantageOptions {
  readonly groupSize: number;
  readonly scaleRewards: ScaleRewards;
  readonly aggregation: Aggregation;
}

/**
 * Advantages of completions. `sum_then_normalize` compares the totals, as above. `normalize_then_sum` (GDPO) normalizes each term
 * within its group, then the weighted sums over the batch; `scaleRewards` has no effect then.
 */
export function advantagesOf(rewards: readonly RewardTerms[], options: AdvantageOptions): number[] {
  const { groupSize, scaleRewards, aggregation } = options;
  if (aggregation === 'sum_then_normalize')
    return groupAdvantages(
      rewards.map(({ total }) => total),
      groupSize,
      scaleRewards,
    );
  const sums = sumsOfNormalized(rewards, groupSize);
  return groupAdvantages(sums, sums.length, 'group');
}

/**
 * Share of completions in groups without spread, TRL's `frac_reward_zero_std`. It is 0 or 1 where the deviation that divides is the
 * batch's.
 */
export function shareWithoutSpread(rewards: readonly RewardTerms[], options: AdvantageOptions): number {
  const { groupSize, scaleRewards, aggregation } = options;
  if (aggregation === 'normalize_then_sum') return hasSpread(sumsOfNormalized(rewards, groupSize)) ? 0 : 1;
  const totals = rewards.map(({ total }) => total);
  if (scaleRewards === 'batch') return hasSpread(totals) ? 0 : 1;
  return mean(groupsOf(totals, groupSize).map((group) => (hasSpread(group) ? 0 : 1)));
}

function sumsOfNormalized(rewards: readonly RewardTerms[], groupSize: number): number[] {
  const sums = rewards.map(() => 0);
  for (const k of (rewards[0]?.parts ?? []).keys()) {
    const values = rewards.map(({ parts }) => parts[k]!.value);
    groupAdvantages(values, groupSize, 'group').forEach((advantage, b) => {
      sums[b]! += rewards[b]!.parts[k]!.weight * advantage;
    });
  }
  return sums;
}

export function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, g) => items.slice(g * size, (g + 1) * size));
}
