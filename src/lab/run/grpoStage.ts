/** GRPO stage of a run, as events: steps, alerts if training destroys the policy, new selections, and changes of the recipe. */
import type { RewardOptions } from '../../rewards/total';
import { type GrpoOptions, grpo } from '../../train/grpo';
import type { OnPhase } from '../../train/grpoPhase';
import type { Sampler } from '../../train/rollout';
import type { Checkpointer } from './checkpointer';
import type { Curation } from './curation';
import { type ApplyEvent, type CurationEvent, curvePoint, type GrpoEvent, type StageEvent } from './events';
import { grpoOptions } from './options';
import type { Cursors, RunProgress } from './progress';
import { reopenedPolicy } from './reopenStage';
import type { RunChanges } from './runChanges';
import type { Session } from './session';
import type { Policy } from './stages';
import type { StageTimer } from './stageTimer';

export interface GrpoStage {
  readonly session: Session;
  readonly policy: Policy;
  readonly sampler: Sampler;
  /** Problems that rollouts answer; curation, where the recipe has it, selects them again while the stage trains. */
  readonly data: Cursors;
  readonly rewards: RewardOptions;
  /** Recipe and steps so far; the stage continues after them. */
  readonly progress: RunProgress;
  readonly changes: RunChanges;
  readonly checkpoints: Checkpointer;
  readonly timer: StageTimer;
  /** Holds a step between its phases; null for no hold. */
  readonly onPhase: OnPhase | null;
  /** False takes the next step without a hold; null holds every step. */
  readonly wantsPhases: (() => boolean) | null;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

type StageEvents<T = void> = AsyncGenerator<GrpoEvent | StageEvent | CurationEvent | ApplyEvent, T>;

/** Selects problems again, if that is due after this step. */
async function* reselect(curation: Curation | null, step: number): StageEvents {
  if (!curation?.dueAfter(step)) return;
  yield { type: 'stage', stage: 'curate' };
  yield await curation.select(step);
  yield { type: 'stage', stage: 'grpo' };
}

/**
 * Runs the stage, and takes checkpoints at its end and wherever one is due: after a step, before a selection or a change.
 * Returns the trainer and optimizer at its end.
 */
export async function* grpoStage(stage: GrpoStage): StageEvents<Policy> {
  const { session, sampler, data, progress, changes, checkpoints, timer, onPhase, wantsPhases, stop } = stage;
  const { detail, tokenizer } = session;
  const { cursor, curve } = progress;
  let { policy, rewards } = stage;
  const problems = data.curation?.problems ?? data.sources.grpo;
  if (cursor.steps > 0) yield* reselect(data.curation, cursor.steps);
  while (cursor.steps < progress.recipe.grpo.steps) {
    const change = await changes.next(progress.recipe, { stage: 'grpo', step: cursor.steps });
    if (change) {
      policy = await reopenedPolicy(session, policy, change);
      rewards = change.rewards;
      progress.change(change.recipe, Object.keys(change.event.fields));
      data.curation?.follow(change.recipe);
      change.settle();
      yield change.event;
    }
    const { recipe } = progress;
    const options: GrpoOptions = { ...grpoOptions(recipe, rewards), detail, onPhase, wantsPhases };
    timer.start();
    for await (const step of grpo(policy, sampler, problems, tokenizer, options, cursor)) {
      curve.push(curvePoint(step));
      const alert = progress.watch.check(step.metrics);
      yield { type: 'grpo', ...step, ...(alert && { alert }), step_time: timer.lap() };
      const isStageEnd = step.step >= recipe.grpo.steps;
      if (isStageEnd || stop?.aborted || checkpoints.due(step.step))
        await checkpoints.take({ stage: 'grpo', step: step.step, isStageEnd }, policy.optimizer, data);
      if (stop?.aborted) return policy;
      yield* reselect(data.curation, step.step);
      if (changes.isDue({ stage: 'grpo', step: step.step })) break;
      timer.start();
    }
  }
  return policy;
}
