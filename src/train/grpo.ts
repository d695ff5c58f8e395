/**
 * Group Relative Policy Optimization, with the report's reward. One step:
 *   1. draw P problems, let the policy answer each G times, and reward every answer (collectRollouts.ts)
 *   2. advantages: compare each completion's reward with its group
 *   3. μ updates on the batch: policy loss (losses/) + β·KL to the reference − γ·entropy
 *   4. move the reference towards the policy, if the recipe says so
 * Formulas and metric names follow TRL's GRPOTrainer (commit f2cd577; later options as in release 1.16.0). Two differences: every step
 * draws new problems, so `epoch` is the share of the run; and the log-probabilities before the updates are those of the first update's
 * own forward pass, so that with μ = 1 the ratio is exactly 1.
 */
import type { ProblemSource } from '../data/problems';
import type { Reason } from '../reason';
import type { WeightedPart } from '../rewards/total';
import type { Tokenizer } from '../text/tokenizer';
import { type Aggregation, advantagesOf, type ScaleRewards } from './advantages';
import { type CollectOptions, collectRollouts } from './collectRollouts';
import { type EntropyControl, startEntropyControl } from './entropyControl';
import { type OnPhase, PhaseReports, problemOf, scoredOf } from './grpoPhase';
import { correctionOf } from './losses/options';
import { type Metrics, meanMetrics, rewardMetrics } from './metrics';
import type { PolicyTrainer, TokenStats } from './policy';
import { type PolicyUpdate, policyBatch, policyUpdates, type UpdateOptions } from './policyUpdates';
import type { ReferenceSync } from './referenceSync';
import type { Sampler } from './rollout';
import { correctionMetrics, samplingMetrics } from './samplerMetrics';
import { isTruncated } from './sampling';
import { learningRate, type Schedule } from './schedule';

export interface GrpoOptions extends CollectOptions, UpdateOptions {
  readonly schedule: Schedule;
  readonly scaleRewards: ScaleRewards;
  readonly aggregation: Aggregation;
  /** Leaves completions that were cut off out of the loss. */
  readonly maskTruncated: boolean;
  /** `page` where not given. */
  readonly detail?: Detail;
  /** Holds the step between its phases; null for no hold. */
  readonly onPhase?: OnPhase | null;
  /** Asked before each step: false takes the step without its phases. Null for phases in every step. */
  readonly wantsPhases?: (() => boolean) | null;
}

/** Numbers of tokens in a rollout: what a screen shows, or all that recomputes the loss. */
export type Detail = 'page' | 'full';

/** Further numbers of tokens, for programs that recompute the step. */
export interface FullDetail {
  /** Log-probability of each token under the distribution that the sampler drew from. */
  readonly sampler_logprobs: ArrayLike<number>;
  /** Ratio, KL and clip flag of each token in each update, update after update, [μ·T]. */
  readonly ratios: ArrayLike<number>;
  readonly kls: ArrayLike<number>;
  /** 1 where a clip bound decides; the gate of a loss that has one. */
  readonly clipped: ArrayLike<number>;
}

/** One completion with its reward, advantage and scores; those of `FullDetail` only where the options ask for them. */
export interface Rollout extends Partial<FullDetail> {
  readonly ids: ArrayLike<number>;
  readonly text: string;
  readonly ended: boolean;
  readonly correct: boolean;
  /** Reason of the task's verdict. */
  readonly verdict: Reason;
  /** Share of the answer that is right, in [0, 1]. */
  readonly partial: number;
  /** Other measures that the task takes of the answer, by name. */
  readonly measures?: Readonly<Record<string, number>>;
  readonly reward: number;
  readonly parts: readonly WeightedPart[];
  readonly advantage: number;
  /** Log-probability of each token under the policy before the update. */
  readonly logprobs: ArrayLike<number>;
  readonly entropies: ArrayLike<number>;
}

export interface RolloutGroup {
  readonly prompt: string;
  readonly answer: string;
  /** Task and level of the problem, and the problem as plain data, from which a screen draws it. */
  readonly task: string;
  readonly level: number;
  readonly problem: unknown;
  readonly rollouts: readonly Rollout[];
}

export interface GrpoStep {
  /** From 1. */
  readonly step: number;
  readonly metrics: Metrics;
  readonly groups: readonly RolloutGroup[];
}

/** The trainer of the policy, and what moves its reference. */
export interface Learner {
  readonly trainer: PolicyTrainer;
  /** Null for a frozen reference. */
  readonly referenceSync: ReferenceSync | null;
}

/** Position between two steps; `grpo` moves it before it yields a step. */
export interface GrpoCursor {
  /** Steps taken. */
  steps: number;
  /** Tokens of all sequences so far, prompts included. */
  tokens: number;
  control: EntropyControl;
}

export const startGrpo = ({ loss }: Pick<GrpoOptions, 'loss'>): GrpoCursor => ({
  steps: 0,
  tokens: 0,
  control: startEntropyControl(loss.gamma),
});

/**
 * Trains, and yields each step.
 * @param cursor position to continue from
 */
export async function* grpo(
  { trainer, referenceSync }: Learner,
  sampler: Sampler,
  source: ProblemSource,
  tokenizer: Tokenizer,
  options: GrpoOptions,
  cursor = startGrpo(options),
): AsyncGenerator<GrpoStep> {
  const { groupSize: G, schedule, loss } = options;
  const correction = correctionOf(loss);
  for (let i = cursor.steps; i < schedule.steps; i++) {
    const phases =
      options.onPhase && (options.wantsPhases?.() ?? true) ? new PhaseReports(options.onPhase, i + 1, tokenizer) : null;
    const drawn = await collectRollouts(i, schedule.steps, sampler, source, tokenizer, options, phases);
    const rewarded = drawn.groups.flatMap(({ rollouts }) => rollouts); // [groups·G]
    const completions = rewarded.map(({ completion }) => completion);
    const advantages = advantagesOf(rewarded, options);
    await phases?.compared(drawn.groups, advantages);

    const counted = completions.map(({ ended }) => ended || !options.maskTruncated);
    const batch = policyBatch(
      completions.map(({ ids, logprobs }, b) => ({
        prompt: drawn.groups[Math.floor(b / G)]!.prompt,
        ids,
        advantage: advantages[b]!,
        counted: counted[b]!,
        old: null,
        sampler: correction ? logprobs : null,
      })),
      loss,
    );
    const lr = learningRate(schedule, i);
    const updates: PolicyUpdate[] = [];
    for await (const update of policyUpdates(trainer, batch, lr, cursor.control, options)) {
      updates.push(update);
      cursor.control = update.control;
    }
    const moved = referenceSync?.stepEnded(i + 1);
    const first = updates[0]!.result.stats;

    cursor.tokens += batch.examples.reduce((sum, { ids }) => sum + ids.length, 0);
    const sequences = completions.map(({ logprobs }, b) => ({
      sampler: logprobs,
      trainer: first[b]!.logprobs,
      counted: counted[b]!,
    }));
    const metrics: Metrics = {
      ...rewardMetrics(
        rewarded.map(({ completion: { ids, ended }, total, parts, judged }) => ({
          length: ids.length,
          ended,
          correct: judged.verdict.correct,
          partial: judged.verdict.partial,
          measures: judged.verdict.measures,
          reward: total,
          parts,
        })),
        options,
      ),
      ...meanMetrics(updates.map(({ metrics }) => metrics)),
      ...samplingMetrics(sequences, isTruncated(options.sampling)),
      ...(correction ? correctionMetrics(sequences, correction) : {}),
      ...drawn.metrics,
      ...(moved === undefined ? {} : { 'reference/synced': moved ? 1 : 0 }),
      learning_rate: lr,
      num_tokens: cursor.tokens,
      epoch: (i + 1) / schedule.steps,
    };
    const rollouts = rewarded.map(
      (one, b): Rollout => ({
        ...scoredOf(one),
        advantage: advantages[b]!,
        logprobs: first[b]!.logprobs,
        entropies: first[b]!.entropies,
        ...(options.detail === 'full' && fullDetail(one.completion.logprobs, updates, b)),
      }),
    );
    const groups = drawn.groups.map(({ problem }, p) => ({
      ...problemOf(problem),
      rollouts: rollouts.slice(p * G, (p + 1) * G),
    }));
    cursor.steps = i + 1;
    const step: GrpoStep = { step: i + 1, metrics, groups };
    await phases?.updated(step);
    yield step;
  }
}

/** Numbers of completion b over all updates. */
function fullDetail(sampler: Float32Array, updates: readonly PolicyUpdate[], b: number): FullDetail {
  const joined = (pick: (stats: TokenStats) => Float32Array) =>
    Float32Array.from(updates.flatMap(({ result }) => [...pick(result.stats[b]!)]));
  return {
    sampler_logprobs: sampler,
    ratios: joined(({ ratios }) => ratios),
    kls: joined(({ kls }) => kls),
    clipped: joined(({ marks }) => marks),
  };
}
