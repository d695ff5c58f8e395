/** Metrics of a GRPO step, under TRL's names (GRPOTrainer, commit f2cd577, release 1.16.0), and further ones that people ask for. */
import { mayFail } from '../rewards/index';
import { least, mean, most, standardDeviation } from '../stats';
import { type AdvantageOptions, groupsOf, hasSpread, type RewardTerms, shareWithoutSpread } from './advantages';
import { type LossOptions, sequenceLevel } from './losses/policyLoss';
import type { TokenStats } from './policy';

export type Metrics = Record<string, number>;

/** One sequence: statistics of its tokens, and whether they count. */
export interface ScoredSequence {
  readonly stats: Pick<TokenStats, 'entropies' | 'ratios' | 'kls' | 'marks'>;
  readonly counted: boolean;
}

/** Mean entropy of the counted tokens at or above a threshold: of those that the entropy bonus counts. */
export const meanEntropy = (sequences: readonly ScoredSequence[], threshold = Number.NEGATIVE_INFINITY): number =>
  mean(
    sequences
      .filter(({ counted }) => counted)
      .flatMap(({ stats }) => [...stats.entropies].filter((entropy) => entropy >= threshold)),
  );

/** KL and entropy over the counted tokens, and the loss's own metrics. */
export function lossMetrics(sequences: readonly ScoredSequence[], options: LossOptions): Metrics {
  const counted = sequences.filter(({ counted, stats }) => counted && stats.ratios.length > 0);
  const tokens = (pick: (stats: ScoredSequence['stats']) => Float32Array) =>
    counted.map(({ stats }) => [...pick(stats)]);
  const metrics: Metrics = {
    kl: mean(tokens((stats) => stats.kls).flat()),
    entropy: meanEntropy(sequences),
  };
  return { ...metrics, ...options.loss.metrics(sequences, sequenceLevel(options)) };
}

/** Mean of each metric over the updates on one batch. */
export function meanMetrics(updates: readonly Metrics[]): Metrics {
  return Object.fromEntries(
    Object.keys(updates[0] ?? {}).map((name) => [name, mean(updates.map((metrics) => metrics[name] as number))]),
  );
}

/** One completion with its reward. */
export interface RewardedCompletion {
  readonly length: number;
  readonly ended: boolean;
  readonly correct: boolean;
  /** Correct share of the answer; `measures` holds further measures of its task, by name. */
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

/** Mean and deviation of a batch's rewards, and the share without spread. */
export const spreadMetrics = (rewards: readonly RewardTerms[], options: AdvantageOptions): Metrics => {
  const totals = rewards.map(({ total }) => total);
  return {
    reward: mean(totals),
    reward_std: standardDeviation(totals),
    frac_reward_zero_std: shareWithoutSpread(rewards, options),
  };
};

/**
 * Correct share of the answers, and the mean of each measure over the completions that have it. An answer may make a measure huge; a
 * mean that overflows is left out.
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
    'completions/min_length': least(lengths, 0),
    'completions/max_length': most(lengths, 0),
    'completions/clipped_ratio': 1 - terminated.length / Math.max(1, completions.length),
    'completions/mean_terminated_length': mean(terminated),
    'completions/min_terminated_length': least(terminated, 0),
    'completions/max_terminated_length': most(terminated, 0),
    'completions/mean_length_correct': mean(lengthWhere(true)),
    'completions/mean_length_wrong': mean(lengthWhere(false)),
    ...answerMetrics(completions),
  };
  // where the batch's deviation divides, frac_reward_zero_std says nothing about groups
  if (scaleRewards === 'batch' || aggregation === 'normalize_then_sum')
    metrics.frac_groups_zero_std = mean(groups.map((group) => (hasSpread(group.map(({ reward }) => reward)) ? 0 : 1)));
  for (const [k, { name }] of (completions[0]?.parts ?? []).entries()) {
    const values = completions.map(({ parts }) => parts[k]!.value);
    metrics[`rewards/${name}/mean`] = mean(values);
    metrics[`rewards/${name}/std`] = standardDeviation(values);
    // without it the zeros of failed calls would pass for values that the term gave
    if (mayFail(name))
      metrics[`rewards/${name}/failed`] = mean(completions.map(({ parts }) => (parts[k]!.failed ? 1 : 0)));
  }
  return metrics;
}
