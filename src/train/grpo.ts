/**
 * Group Relative Policy Optimization, with the report's reward. One step:
 *   1. draw P problems and let the policy answer each G times
 *   2. reward every completion; its advantage is its reward against its group
 *   3. μ updates on the batch: clipped policy loss + β·KL to the frozen reference − γ·entropy
 * Formulas and metric names follow TRL's GRPOTrainer (commit f2cd577). Departs from it: problems are drawn anew every step,
 * so `epoch` is the share of the run; the log-probabilities of the sampling policy are those of the first update's own
 * forward pass, so that with μ = 1 the ratio is exactly 1.
 */
import type { ProblemSource } from '../data/problems';
import type { RewardLimits } from '../rewards/term';
import type { RewardWeights, WeightedPart } from '../rewards/total';
import { mean } from '../stats';
import type { Tokenizer } from '../text/tokenizer';
import { groupAdvantages, type ScaleRewards } from './advantages';
import { type LossOptions, tokenWeights } from './lossOptions';
import { lossMetrics, type Metrics, meanMetrics, rewardMetrics } from './metrics';
import type { PolicyExample, PolicyResult, PolicyTrainer } from './policy';
import { rewardCompletion } from './rewarding';
import type { Sampler } from './rollout';
import type { Completion, SamplingOptions } from './sampling';
import { learningRate, type Schedule } from './schedule';

export interface GrpoOptions {
  readonly seed: number;
  /** P, problems a step. */
  readonly prompts: number;
  /** G, completions a problem. */
  readonly groupSize: number;
  readonly schedule: Schedule;
  readonly loss: LossOptions;
  readonly scaleRewards: ScaleRewards;
  /** μ, updates on each batch. */
  readonly updates: number;
  /** Leaves completions that were cut off out of the loss. */
  readonly maskTruncated: boolean;
  readonly sampling: Omit<SamplingOptions, 'seed'>;
  readonly limits: RewardLimits;
  readonly rewardWeights: RewardWeights;
}

/** One completion with everything that was made of it. */
export interface Rollout {
  readonly ids: ArrayLike<number>;
  readonly text: string;
  readonly ended: boolean;
  readonly correct: boolean;
  readonly reward: number;
  readonly parts: readonly WeightedPart[];
  readonly advantage: number;
  /** Of each token under the policy before the update. */
  readonly logprobs: ArrayLike<number>;
  readonly entropies: ArrayLike<number>;
}

export interface RolloutGroup {
  readonly prompt: string;
  readonly answer: string;
  /** Which task, at what level, and the structured problem, so that it can be drawn; recordings of before have none of them. */
  readonly task?: string;
  readonly level?: number;
  readonly problem?: unknown;
  readonly rollouts: readonly Rollout[];
}

export interface GrpoStep {
  /** From 1. */
  readonly step: number;
  readonly metrics: Metrics;
  readonly groups: readonly RolloutGroup[];
}

export async function* grpo(
  trainer: PolicyTrainer,
  sampler: Sampler,
  source: ProblemSource,
  tokenizer: Tokenizer,
  options: GrpoOptions,
): AsyncGenerator<GrpoStep> {
  const { prompts: P, groupSize: G, schedule } = options;
  let tokensSeen = 0;
  for (let i = 0; i < schedule.steps; i++) {
    const problems = Array.from({ length: P }, () => source.draw());
    const sampled = problems.flatMap((problem) => Array.from({ length: G }, () => problem)); // [P·G]
    const requests = sampled.map(({ problem }, b) => ({
      prompt: tokenizer.chatPrompt(problem.prompt),
      sequence: i * P * G + b,
    }));
    const completions = await sampler.generate(requests, { ...options.sampling, seed: options.seed });

    const rewarded = completions.map((completion, b) => rewardCompletion(sampled[b]!, completion, tokenizer, options));
    const advantages = groupAdvantages(
      rewarded.map(({ total }) => total),
      G,
      options.scaleRewards,
    );

    const counted = completions.map(({ ended }) => ended || !options.maskTruncated);
    const lengths = completions.map(({ ids }, b) => (counted[b] ? ids.length : 0));
    const weights = tokenWeights(options.loss, lengths);
    const entropyWeight =
      options.loss.gamma /
      Math.max(
        1,
        lengths.reduce((sum, length) => sum + length, 0),
      );
    const examples = completions.map(
      ({ ids }, b): PolicyExample => ({
        ids: [...requests[b]!.prompt, ...ids],
        promptLength: requests[b]!.prompt.length,
        advantage: advantages[b]!,
        weight: counted[b] ? weights[b]! : 0,
        old: null,
      }),
    );
    const lr = learningRate(schedule, i);
    const updates: PolicyResult[] = [];
    for (let update = 0; update < options.updates; update++) {
      const before = updates[0]?.stats;
      const batch = before ? examples.map((example, b) => ({ ...example, old: before[b]!.logprobs })) : examples;
      updates.push(await trainer.step(batch, lr, entropyWeight));
    }
    const first = updates[0]!;

    tokensSeen += examples.reduce((sum, { ids }) => sum + ids.length, 0);
    const metrics: Metrics = {
      ...rewardMetrics(
        rewarded.map(({ total, parts, judged }, b) => ({
          length: completions[b]!.ids.length,
          ended: completions[b]!.ended,
          correct: judged.verdict.correct,
          reward: total,
          parts: Object.fromEntries(parts.map(({ name, value }) => [name, value])),
        })),
        G,
      ),
      ...meanMetrics(
        updates.map(({ stats, loss, gradNorm }) => ({
          ...lossMetrics(
            stats.map((tokens, b) => ({ stats: tokens, counted: counted[b]! })),
            options.loss,
          ),
          loss,
          grad_norm: gradNorm,
        })),
      ),
      ...samplingMetrics(completions, first),
      learning_rate: lr,
      num_tokens: tokensSeen,
      epoch: (i + 1) / schedule.steps,
    };
    const rollouts = completions.map(
      ({ ids, ended }, b): Rollout => ({
        ids: Uint16Array.from(ids),
        text: rewarded[b]!.judged.text,
        ended,
        correct: rewarded[b]!.judged.verdict.correct,
        reward: rewarded[b]!.total,
        parts: rewarded[b]!.parts,
        advantage: advantages[b]!,
        logprobs: first.stats[b]!.logprobs,
        entropies: first.stats[b]!.entropies,
      }),
    );
    const groups = problems.map(({ task, level, problem: { prompt, answer, problem } }, p) => ({
      prompt,
      answer,
      task: task.name,
      level,
      problem,
      rollouts: rollouts.slice(p * G, (p + 1) * G),
    }));
    groups.forEach(({ rollouts }, p) => {
      source.answered(problems[p]!, mean(rollouts.map(({ correct }) => (correct ? 1 : 0))));
    });
    yield { step: i + 1, metrics, groups };
  }
}

/** How far the sampler's log-probabilities stand from the trainer's: 0 but for rounding where nothing is truncated. */
function samplingMetrics(completions: readonly Completion[], { stats }: PolicyResult): Metrics {
  const differences = completions.flatMap(({ logprobs }, b) =>
    Array.from(logprobs, (logprob, t) => Math.abs(logprob - stats[b]!.logprobs[t]!)),
  );
  return {
    'sampling/sampling_logp_difference/mean': mean(differences),
    'sampling/sampling_logp_difference/max': differences.reduce((most, d) => Math.max(most, d), 0),
  };
}
