/**
 * The rollouts of a step: problems are drawn, each is answered G times, every answer is rewarded. With dynamic sampling (DAPO,
 * Yu et al. 2025, arXiv 2503.14476, section 3.2) groups without spread, which teach nothing, are set aside and as many new
 * problems are drawn in their place, a bounded number of times.
 *
 * At the bound the step goes on with the groups that it has, fewer than P: sequences and tokens are counted over these alone, so
 * that a group weighs what it weighs in a smaller batch. Where not one group has spread the first draw is taken as it is: advantages
 * are 0, and only KL and entropy act.
 */
import type { ProblemSource, TaskProblem } from '../data/problems';
import { forOneStep } from '../rewards/sandbox/perStep';
import type { RewardOptions } from '../rewards/total';
import { mean } from '../stats';
import type { Tokenizer } from '../text/tokenizer';
import { mapInTurns } from '../turn';
import { groupsOf, hasSpread } from './advantages';
import type { Metrics } from './metrics';
import type { Sampler } from './rollout';
import type { Completion, SamplingOptions } from './sampling';
import { scoreCompletion } from './scoreCompletions';

export interface DynamicSampling {
  /** Whose spread decides: with `accuracy` a group all right or all wrong is set aside. */
  readonly by: 'accuracy' | 'reward';
  /** Most times that problems are drawn again. */
  readonly extraDraws: number;
}

export interface CollectOptions {
  readonly reward: RewardOptions;
  readonly seed: number;
  /** P, problems a step. */
  readonly prompts: number;
  /** G, completions a problem. */
  readonly groupSize: number;
  readonly sampling: Omit<SamplingOptions, 'seed'>;
  /** Null takes every group as it comes. */
  readonly dynamicSampling: DynamicSampling | null;
}

/** A completion with its reward. */
export interface Rewarded extends ReturnType<typeof scoreCompletion> {
  readonly completion: Completion;
}

/** A problem with its answers. */
export interface RolloutGroup {
  readonly problem: TaskProblem;
  /** Tokens. */
  readonly prompt: readonly number[];
  readonly rollouts: readonly Rewarded[];
}

export interface RolloutBatch {
  readonly groups: readonly RolloutGroup[];
  /** Of dynamic sampling; empty without. */
  readonly metrics: Metrics;
}

const isRight = ({ judged }: Rewarded): number => (judged.verdict.correct ? 1 : 0);

/**
 * @param step from 0
 * @param steps of the whole stage: the random numbers of further draws begin after those of all first draws
 */
export async function collectRollouts(
  step: number,
  steps: number,
  sampler: Sampler,
  source: ProblemSource,
  tokenizer: Tokenizer,
  options: CollectOptions,
): Promise<RolloutBatch> {
  const { prompts: P, groupSize: G, dynamicSampling } = options;
  const { custom } = options.reward;
  const reward = custom ? { ...options.reward, custom: forOneStep(custom) } : options.reward;
  const draw = async (count: number, firstSequence: number): Promise<RolloutGroup[]> => {
    const problems = Array.from({ length: count }, () => source.draw());
    const sampled = problems.flatMap((problem) => Array.from({ length: G }, () => problem)); // [count·G]
    const requests = sampled.map(({ problem }, b) => ({
      prompt: tokenizer.chatPrompt(problem.prompt),
      sequence: firstSequence + b,
    }));
    const completions = await sampler.generate(requests, { ...options.sampling, seed: options.seed });
    const rewarded = await mapInTurns(completions, (completion, b) => ({
      completion,
      ...scoreCompletion(sampled[b]!, completion, tokenizer, reward),
    }));
    const groups = groupsOf(rewarded, G).map((rollouts, p) => ({
      problem: problems[p]!,
      prompt: requests[p * G]!.prompt,
      rollouts,
    }));
    for (const { problem, rollouts } of groups) source.answered(problem, mean(rollouts.map(isRight)));
    return groups;
  };

  const first = await draw(P, step * P * G);
  if (!dynamicSampling) return { groups: first, metrics: {} };
  const { by, extraDraws } = dynamicSampling;
  const teaches = ({ rollouts }: RolloutGroup) =>
    hasSpread(rollouts.map(by === 'accuracy' ? isRight : ({ total }) => total));
  const drawn = [...first];
  const kept = first.filter(teaches);
  let draws = 0;
  for (; draws < extraDraws && kept.length < P; draws++) {
    const more = await draw(P - kept.length, (steps + step * extraDraws + draws) * P * G);
    drawn.push(...more);
    kept.push(...more.filter(teaches));
  }
  const all = drawn.flatMap(({ rollouts }) => rollouts);
  return {
    groups: kept.length > 0 ? kept : first,
    metrics: {
      'dynamic_sampling/groups_drawn': drawn.length,
      'dynamic_sampling/groups_kept': kept.length,
      'dynamic_sampling/extra_draws': draws,
      'dynamic_sampling/reward': mean(all.map(({ total }) => total)),
      'dynamic_sampling/accuracy': mean(all.map(isRight)),
    },
  };
}
