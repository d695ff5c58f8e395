/**
 * What a GRPO step is measured by, under TRL's names (GRPOTrainer, commit f2cd577, release 1.16.0), and what people ask for beside
 * them.
 */
import { mean, standardDeviation } from '../stats';
import { type AdvantageOptions, groupsOf, hasSpread, type RewardTerms, shareWithoutSpread } from './advantages';
import { type LossOptions, sequenceLevel } from './lossOptions';
import type { TokenStats } from './policy';

export type Metrics = Record<string, number>;

const least = (values: readonly number[]) => (values.length === 0 ? 0 : Math.min(...values));
const most = (values: readonly number[]) => (values.length === 0 ? 0 : Math.max(...values));

/** Of one sequence: its tokens' statistics, and whether its tokens count. */
export interface ScoredSequence {
  readonly stats: Pick<TokenStats, 'entropies' | 'ratios' | 'kls' | 'clipped'>;
  readonly counted: boolean;
}

/** KL, entropy and clip ratios over the counted tokens; over sequences where the ratio is the sequence's. */
export function lossMetrics(sequences: readonly ScoredSequence[], options: LossOptions): Metrics {
  const counted = sequences.filter(({ counted, stats }) => counted && stats.ratios.length > 0);
  const tokens = (pick: (stats: ScoredSequence['stats']) => Float32Array) =>
    counted.map(({ stats }) => [...pick(stats)]);
  const metrics: Metrics = {
    kl: mean(tokens((stats) => stats.kls).flat()),
    entropy: mean(tokens((stats) => stats.entropies).flat()),
  };
  const clipped = counted.map(({ stats }) =>
    Array.from(stats.clipped, (flag, t) => ({
      low: flag * (stats.ratios[t]! < 1 ? 1 : 0),
      high: flag * (stats.ratios[t]! < 1 ? 0 : 1),
    })),
  );
  const perSequence = (side: 'low' | 'high') => clipped.map((flags) => mean(flags.map((flag) => flag[side])));
  const overall = (side: 'low' | 'high') =>
    sequenceLevel(options)
      ? perSequence(side).reduce((sum, share) => sum + share, 0) / Math.max(1, sequences.length)
      : mean(clipped.flat().map((flag) => flag[side]));
  if (options.lossType === 'cispo') return { ...metrics, cispo_clip_ratio: overall('high') };
  const [low, high] = [overall('low'), overall('high')];
  return {
    ...metrics,
    'clip_ratio/low_mean': low,
    // TRL's ratio of a whole sequence is 1 where the sequence is masked, and counts
    'clip_ratio/low_min': least([
      ...perSequence('low'),
      ...(sequenceLevel(options) && counted.length < sequences.length ? [0] : []),
    ]),
    'clip_ratio/high_mean': high,
    'clip_ratio/high_max': most(perSequence('high')),
    'clip_ratio/region_mean': low + high,
  };
}

/** Each metric's mean over the updates on one batch. */
export function meanMetrics(updates: readonly Metrics[]): Metrics {
  return Object.fromEntries(
    Object.keys(updates[0] ?? {}).map((name) => [name, mean(updates.map((metrics) => metrics[name] as number))]),
  );
}

/** Of one completion: what its reward came to. */
export interface RewardedCompletion {
  readonly length: number;
  readonly ended: boolean;
  readonly correct: boolean;
  /** How much of the answer is right, and what else its task measures of it, by name. */
  readonly partial: number;
  readonly measures?: Readonly<Record<string, number>> | undefined;
  readonly reward: number;
  readonly parts: readonly {
    readonly name: string;
    readonly value: number;
    readonly weight: number;
    readonly failed?: boolean;
  }[];
}

/** Of the rewards of a batch: their mean, their deviation, and how many do without. */
export const spreadMetrics = (rewards: readonly RewardTerms[], options: AdvantageOptions): Metrics => {
  const totals = rewards.map(({ total }) => total);
  return {
    reward: mean(totals),
    reward_std: standardDeviation(totals),
    frac_reward_zero_std: shareWithoutSpread(rewards, options),
  };
};

/**
 * How much of the answers is right, and each measure's mean over the completions that have it. A measure may be as large as an
 * answer says; where its mean overflows, it is left out, as it is where no completion has it.
 */
function answerMetrics(completions: readonly RewardedCompletion[]): Metrics {
  const metrics: Metrics = { 'answers/partial/mean': mean(completions.map(({ partial }) => partial)) };
  const names = new Set(completions.flatMap(({ measures }) => Object.keys(measures ?? {})));
  for (const name of [...names].sort()) {
    const average = mean(completions.flatMap(({ measures }) => measures?.[name] ?? []));
    if (Number.isFinite(average)) metrics[`answers/${name}/mean`] = average;
  }
  return metrics;
}

/** Rewards, lengths and accuracy of a batch of whole groups. */
export function rewardMetrics(completions: readonly RewardedCompletion[], options: AdvantageOptions): Metrics {
  const { groupSize, scaleRewards, aggregation } = options;
  const groups = groupsOf(completions, groupSize);
  const deviations = groups.map((group) => standardDeviation(group.map(({ reward }) => reward)));
  const lengths = completions.map(({ length }) => length);
  const terminated = completions.filter(({ ended }) => ended).map(({ length }) => length);
  const lengthWhere = (correct: boolean) =>
    completions.filter((c) => c.correct === correct).map(({ length }) => length);
  const solved = groups.map((group) => group.filter(({ correct }) => correct).length);
  const metrics: Metrics = {
    ...spreadMetrics(
      completions.map(({ reward, parts }) => ({ total: reward, parts })),
      options,
    ),
    'reward_std/in_group': mean(deviations),
    accuracy: mean(completions.map(({ correct }) => (correct ? 1 : 0))),
    frac_accuracy_zero_std: mean(solved.map((n) => (n === 0 || n === groupSize ? 1 : 0))),
    frac_all_wrong: mean(solved.map((n) => (n === 0 ? 1 : 0))),
    [`pass@${groupSize}`]: mean(solved.map((n) => (n > 0 ? 1 : 0))),
    'completions/mean_length': mean(lengths),
    'completions/min_length': least(lengths),
    'completions/max_length': most(lengths),
    'completions/clipped_ratio': 1 - terminated.length / Math.max(1, completions.length),
    'completions/mean_terminated_length': mean(terminated),
    'completions/min_terminated_length': least(terminated),
    'completions/max_terminated_length': most(terminated),
    'completions/mean_length_correct': mean(lengthWhere(true)),
    'completions/mean_length_wrong': mean(lengthWhere(false)),
    ...answerMetrics(completions),
  };
  // a batch's deviation that divides says nothing of groups: then theirs is told beside
  if (scaleRewards === 'batch' || aggregation === 'normalize_then_sum')
    metrics.frac_groups_zero_std = mean(groups.map((group) => (hasSpread(group.map(({ reward }) => reward)) ? 0 : 1)));
  for (const [k, { name }] of (completions[0]?.parts ?? []).entries()) {
    const values = completions.map(({ parts }) => parts[k]!.value);
    metrics[`rewards/${name}/mean`] = mean(values);
    metrics[`rewards/${name}/std`] = standardDeviation(values);
    // the only term that can fail: its zeros would pass for values that it gave
    if (name === 'custom')
      metrics['rewards/custom/failed'] = mean(completions.map(({ parts }) => (parts[k]!.failed ? 1 : 0)));
  }
  return metrics;
}
