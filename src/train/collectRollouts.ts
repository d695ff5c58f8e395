/**
 * Collects the rollouts of a step: draws problems, samples G answers to each, and scores every answer. With dynamic sampling
 * (DAPO, Yu et al. 2025, arXiv 2503.14476, section 3.2), groups without spread teach nothing. They are set aside, and as many
 * new problems replace them, for a limited number of rounds.
 *
 * After the last round the step uses the groups it has, which may be fewer than P. Loss weights count only these groups, as in a
 * smaller batch. If no group has spread, the step uses the first round: advantages are 0, and only KL and entropy act.
 */
import type { ProblemSource, TaskProblem } from '../data/problems';
import { forOneStep, type RewardOptions } from '../rewards/total';
import { mean } from '../stats';
import type { Tokenizer } from '../text/tokenizer';
import { mapInTurns } from '../turn';
import { groupsOf, hasSpread } from './advantages';
import type { PhaseReports } from './grpoPhase';
import type { Metrics } from './metrics';
import type { Sampler } from './rollout';
import type { Completion, SamplingOptions } from './sampling';
import { scoreCompletion } from './scoreCompletions';

export interface DynamicSampling {
  /** Quantity whose spread decides: `accuracy` sets aside groups that are all right or all wrong. */
  readonly by: 'accuracy' | 'reward';
  /** Maximum resampling rounds per step. */
  readonly extraDraws: number;
}

export interface CollectOptions {
  readonly reward: RewardOptions;
  readonly seed: number;
  /** P, problems per step. */
  readonly prompts: number;
  /** G, completions per problem. */
  readonly groupSize: number;
  readonly sampling: Omit<SamplingOptions, 'seed'>;
  /** Null uses every group. */
  readonly dynamicSampling: DynamicSampling | null;
}

/** A completion with its verdict and reward. */
export interface Rewarded extends ReturnType<typeof scoreCompletion> {
  readonly completion: Completion;
}

/** A problem with its answers. */
export interface RolloutGroup {
  readonly problem: TaskProblem;
  /** Token ids of the chat prompt. */
  readonly prompt: readonly number[];
  readonly rollouts: readonly Rewarded[];
}

export interface RolloutBatch {
  readonly groups: readonly RolloutGroup[];
  /** Metrics of dynamic sampling; empty without it. */
  readonly metrics: Metrics;
}

const isRight = ({ judged }: Rewarded): number => (judged.verdict.correct ? 1 : 0);

/**
 * Collects the groups of one step.
 * @param step from 0
 * @param steps number of steps of the stage: resampling uses random numbers after those of all first rounds
 * @param phases reports each round, and holds it; null for no hold
 */
export async function collectRollouts(
  step: number,
  steps: number,
  sampler: Sampler,
  source: ProblemSource,
  tokenizer: Tokenizer,
  options: CollectOptions,
  phases: Pick<PhaseReports, 'collected' | 'scored'> | null = null,
): Promise<RolloutBatch> {
  const { prompts: P, groupSize: G, dynamicSampling } = options;
  const reward = forOneStep(options.reward);
  const draw = async (count: number, firstSequence: number): Promise<RolloutGroup[]> => {
    const problems = Array.from({ length: count }, () => source.draw());
    const sampled = problems.flatMap((problem) => Array.from({ length: G }, () => problem)); // [count·G]
    const requests = sampled.map(({ problem }, b) => ({
      prompt: tokenizer.chatPrompt(problem.prompt),
      sequence: firstSequence + b,
    }));
    const completions = await sampler.generate(requests, { ...options.sampling, seed: options.seed });
    await phases?.collected(problems, completions);
    const rewarded = await mapInTurns(completions, (completion, b) => ({
      completion,
      ...scoreCompletion(sampled[b]!, completion, tokenizer, reward),
    }));
    const groups = groupsOf(rewarded, G).map((rollouts, p) => ({
      problem: problems[p]!,
      prompt: requests[p * G]!.prompt,
      rollouts,
    }));
    await phases?.scored(groups);
    for (const { problem, rollouts } of groups) source.answered(problem, mean(rollouts.map(isRight)));
    return groups;
  };

  const first = await draw(P, step * P * G);
  if (!dynamicSampling) return { groups: first, metrics: {} };
  const { by, extraDraws } = dynamicSampling;
  const teaches = ({ rollouts }: RolloutGroup) =>
    hasSpread(rollouts.map(by === 'accuracy' ? isRight : ({ total }) => total));
  const collected = [...first];
  const kept = first.filter(teaches);
  let rounds = 0;
  for (; rounds < extraDraws && kept.length < P; rounds++) {
    const more = await draw(P - kept.length, (steps + step * extraDraws + rounds) * P * G);
    collected.push(...more);
    kept.push(...more.filter(teaches));
  }
  const all = collected.flatMap(({ rollouts }) => rollouts);
  return {
    groups: kept.length > 0 ? kept : first,
    metrics: {
      'dynamic_sampling/groups_drawn': collected.length,
      'dynamic_sampling/groups_kept': kept.length,
      'dynamic_sampling/extra_draws': rounds,
      'dynamic_sampling/reward': mean(all.map(({ total }) => total)),
      'dynamic_sampling/accuracy': mean(all.map(isRight)),
    },
  };
}
