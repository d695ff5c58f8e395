/** Phases of a GRPO step, for a caller that holds the step between them, such as a lesson that shows one at a time. */
import type { TaskProblem } from '../data/problems';
import type { Tokenizer } from '../text/tokenizer';
import type { RolloutGroup as Collected, RolloutBatch } from './collectRollouts';
import type { GrpoStep, Rollout, RolloutGroup } from './grpo';
import type { Completion } from './sampling';

/** A completion as the sampler gave it. */
export interface CollectedRollout extends Pick<Rollout, 'ids' | 'text' | 'ended'> {
  /** Log-probability of each token under the distribution that the sampler drew from. */
  readonly sampler_logprobs: ArrayLike<number>;
}
export type ScoredRollout = CollectedRollout & Omit<Rollout, 'advantage' | 'logprobs' | 'entropies'>;
export type ComparedRollout = ScoredRollout & Pick<Rollout, 'advantage'>;

interface PhaseGroup<R> extends Omit<RolloutGroup, 'rollouts'> {
  readonly rollouts: readonly R[];
}

interface Phase<P extends string, R> {
  readonly phase: P;
  /** From 1. */
  readonly step: number;
  readonly groups: readonly PhaseGroup<R>[];
}

/**
 * A phase that has ended, with the data so far. Dynamic sampling collects and scores again for each of its rounds; `advantages`
 * has the groups that the step uses. `update` comes after the last of the μ updates.
 */
export type GrpoPhase =
  | Phase<'collect', CollectedRollout>
  | Phase<'score', ScoredRollout>
  | Phase<'advantages', ComparedRollout>
  | ({ readonly phase: 'update' } & GrpoStep);

/** Receives each phase; the step waits for it. */
export type OnPhase = (phase: GrpoPhase) => Promise<void> | void;

/** Problem of a group, as events carry it. */
export const problemOf = ({ task, level, problem }: TaskProblem): Omit<RolloutGroup, 'rollouts'> => ({
  prompt: problem.prompt,
  answer: problem.answer,
  task: task.name,
  level,
  problem: problem.problem,
});

const collectedOf = ({ ids, ended, logprobs }: Completion, tokenizer: Tokenizer): CollectedRollout => ({
  ids: Uint16Array.from(ids),
  text: tokenizer.decode(ids),
  ended,
  sampler_logprobs: logprobs,
});

/** Completion with its verdict and reward, as events carry it. */
export const scoredOf = ({ completion: { ids, ended }, judged, total, parts }: Collected['rollouts'][number]) => ({
  ids: Uint16Array.from(ids),
  text: judged.text,
  ended,
  correct: judged.verdict.correct,
  verdict: judged.verdict.reason,
  partial: judged.verdict.partial,
  ...(judged.verdict.measures && { measures: judged.verdict.measures }),
  reward: total,
  parts,
});

/** Reports the phases of one step. @param step from 1 */
export class PhaseReports {
  constructor(
    private readonly onPhase: OnPhase,
    private readonly step: number,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** @param completions group after group */
  async collected(problems: readonly TaskProblem[], completions: readonly Completion[]): Promise<void> {
    const size = completions.length / problems.length;
    const groups = problems.map((problem, p) => ({
      ...problemOf(problem),
      rollouts: completions.slice(p * size, (p + 1) * size).map((one) => collectedOf(one, this.tokenizer)),
    }));
    await this.onPhase({ phase: 'collect', step: this.step, groups });
  }

  async scored(groups: RolloutBatch['groups']): Promise<void> {
    await this.onPhase({ phase: 'score', step: this.step, groups: this.groupsOf(groups) });
  }

  /** @param advantages group after group */
  async compared(groups: RolloutBatch['groups'], advantages: readonly number[]): Promise<void> {
    let b = 0;
    const compared = this.groupsOf(groups).map((group) => ({
      ...group,
      rollouts: group.rollouts.map((rollout) => ({ ...rollout, advantage: advantages[b++]! })),
    }));
    await this.onPhase({ phase: 'advantages', step: this.step, groups: compared });
  }

  async updated(step: GrpoStep): Promise<void> {
    await this.onPhase({ phase: 'update', ...step });
  }

  private groupsOf(groups: RolloutBatch['groups']): PhaseGroup<ScoredRollout>[] {
    return groups.map(({ problem, rollouts }) => ({
      ...problemOf(problem),
      rollouts: rollouts.map((one) => ({ ...scoredOf(one), sampler_logprobs: one.completion.logprobs })),
    }));
  }
}
