/** Group-relative advantages. Formulas: TRL's GRPOTrainer (commit f2cd577; GDPO as in release 1.16.0). */
import { mean, standardDeviation } from '../stats';

export const scales = ['group', 'batch', 'none'] as const;
export type ScaleRewards = (typeof scales)[number];
export const aggregations = ['sum_then_normalize', 'normalize_then_sum'] as const;
/** Order of two operations: summing the terms of a reward, and comparing with the group. */
export type Aggregation = (typeof aggregations)[number];

/** Added to the standard deviation that divides. */
export const EPSILON = 1e-4;
/** A smaller standard deviation counts as none. */
const NO_SPREAD = 1e-8;

export const hasSpread = (values: readonly number[]): boolean => standardDeviation(values) >= NO_SPREAD;

/** One value compared with its group, and the numbers that give its advantage. */
export interface Comparison {
  readonly value: number;
  readonly mean: number;
  /** Standard deviation that divides; null divides by nothing. */
  readonly deviation: number | null;
  readonly advantage: number;
}

/**
 * Advantages A_i = (r_i − mean of the group) / (std + 1e-4), with the numbers behind them. The std (ddof 1) is that of the group or
 * of the batch; Dr. GRPO does not divide. A group of equal rewards has advantage 0.
 * @param rewards group after group
 * @throws where they do not fill whole groups
 */
export function groupComparisons(rewards: readonly number[], groupSize: number, scale: ScaleRewards): Comparison[] {
  if (rewards.length % groupSize !== 0) throw new Error(`${rewards.length} rewards do not fill groups of ${groupSize}`);
  const batchDeviation = standardDeviation(rewards);
  return groupsOf(rewards, groupSize).flatMap((group) => {
    const center = mean(group);
    const deviation = { group: standardDeviation(group), batch: batchDeviation, none: null }[scale];
    return group.map((value) => ({
      value,
      mean: center,
      deviation,
      advantage: (value - center) / (deviation === null ? 1 : deviation + EPSILON),
    }));
  });
}

const advantageOf = ({ advantage }: Comparison): number => advantage;

/** Advantages of `groupComparisons` alone. */
export const groupAdvantages = (rewards: readonly number[], groupSize: number, scale: ScaleRewards): number[] =>
  groupComparisons(rewards, groupSize, scale).map(advantageOf);

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

/** Comparison of a completion. `normalize_then_sum` also compares each term, in the order of the parts. */
export interface CompletionComparison extends Comparison {
  readonly terms: readonly Comparison[] | null;
}

/**
 * Compares completions. `sum_then_normalize` compares the totals, as above. `normalize_then_sum` (GDPO) normalizes each term
 * within its group, then the weighted sums over the batch; `scaleRewards` has no effect then.
 */
export function comparisonsOf(rewards: readonly RewardTerms[], options: AdvantageOptions): CompletionComparison[] {
  const { groupSize, scaleRewards, aggregation } = options;
  if (aggregation === 'sum_then_normalize') {
    const totals = rewards.map(({ total }) => total);
    return groupComparisons(totals, groupSize, scaleRewards).map((comparison) => ({ ...comparison, terms: null }));
  }
  const terms = comparedTerms(rewards, groupSize);
  const sums = sumsOfNormalized(rewards, terms);
  return groupComparisons(sums, sums.length, 'group').map((comparison, b) => ({
    ...comparison,
    terms: terms.map((term) => term[b]!),
  }));
}

/** Advantages of completions, as `comparisonsOf` gives them. */
export const advantagesOf = (rewards: readonly RewardTerms[], options: AdvantageOptions): number[] =>
  comparisonsOf(rewards, options).map(advantageOf);

/**
 * Share of completions in groups without spread, TRL's `frac_reward_zero_std`. It is 0 or 1 where the deviation that divides is the
 * batch's.
 */
export function shareWithoutSpread(rewards: readonly RewardTerms[], options: AdvantageOptions): number {
  const { groupSize, scaleRewards, aggregation } = options;
  if (aggregation === 'normalize_then_sum')
    return hasSpread(sumsOfNormalized(rewards, comparedTerms(rewards, groupSize))) ? 0 : 1;
  const totals = rewards.map(({ total }) => total);
  if (scaleRewards === 'batch') return hasSpread(totals) ? 0 : 1;
  return mean(groupsOf(totals, groupSize).map((group) => (hasSpread(group) ? 0 : 1)));
}

/** Comparisons of each term's values within their groups, [K, B]. */
const comparedTerms = (rewards: readonly RewardTerms[], groupSize: number): Comparison[][] =>
  (rewards[0]?.parts ?? []).map((_, k) =>
    groupComparisons(
      rewards.map(({ parts }) => parts[k]!.value),
      groupSize,
      'group',
    ),
  );

/** Weighted sums of the normalized terms, [B]. */
function sumsOfNormalized(rewards: readonly RewardTerms[], terms: readonly (readonly Comparison[])[]): number[] {
  const sums = rewards.map(() => 0);
  terms.forEach((term, k) => {
    term.forEach(({ advantage }, b) => {
      sums[b]! += rewards[b]!.parts[k]!.weight * advantage;
    });
  });
  return sums;
}

export function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, g) => items.slice(g * size, (g + 1) * size));
}
