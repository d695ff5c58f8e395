/** GRPO stage of a run, as events: steps, alerts if training destroys the policy, and new selections of problems. */
import type { RewardOptions } from '../../rewards/total';
import type { Tokenizer } from '../../text/tokenizer';
import { type Detail, grpo, type Learner } from '../../train/grpo';
import type { Optimizer } from '../../train/optimizers/optimizer';
import type { Sampler } from '../../train/rollout';
import type { Recipe } from '../recipe/recipe';
import type { Checkpointer } from './checkpointer';
import type { Curation } from './curation';
import { type CurationEvent, curvePoint, type GrpoEvent, type StageEvent } from './events';
import { grpoOptions } from './options';
import type { Cursors, RunProgress } from './progress';
import type { StageTimer } from './stageTimer';

export interface GrpoStage {
  readonly recipe: Recipe;
  readonly detail: Detail;
  readonly learner: Learner & { readonly optimizer: Optimizer };
  readonly sampler: Sampler;
  /** Problems that rollouts answer; curation, where the recipe has it, selects them again while the stage trains. */
  readonly data: Cursors;
  readonly tokenizer: Tokenizer;
  readonly rewards: RewardOptions;
  /** Steps taken so far; the stage continues after them. */
  readonly progress: RunProgress;
  readonly checkpoints: Checkpointer;
  readonly timer: StageTimer;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

type StageEvents = AsyncGenerator<GrpoEvent | StageEvent | CurationEvent, void>;

/** Selects problems again, if that is due after this step. */
async function* reselect(curation: Curation | null, step: number): StageEvents {
  if (!curation?.dueAfter(step)) return;
  yield { type: 'stage', stage: 'curate' };
  yield await curation.select(step);
  yield { type: 'stage', stage: 'grpo' };
}

/** Runs the stage, and takes checkpoints at its end and wherever one is due: after a step, before a selection. */
export async function* grpoStage(stage: GrpoStage): StageEvents {
  const { recipe, detail, learner, sampler, data, tokenizer, rewards, progress, checkpoints, timer, stop } = stage;
  const { cursor, curve, watch } = progress;
  const problems = data.curation?.problems ?? data.sources.grpo;
  if (cursor.steps > 0) yield* reselect(data.curation, cursor.steps);
  timer.start();
  const options = { ...grpoOptions(recipe, rewards), detail };
  for await (const step of grpo(learner, sampler, problems, tokenizer, options, cursor)) {
    curve.push(curvePoint(step));
    const alert = watch.check(step.metrics);
    yield { type: 'grpo', ...step, ...(alert && { alert }), step_time: timer.lap() };
    const isStageEnd = step.step >= recipe.grpo.steps;
    if (isStageEnd || stop?.aborted || checkpoints.due(step.step))
      await checkpoints.take({ stage: 'grpo', step: step.step, isStageEnd }, learner.optimizer, data);
    if (stop?.aborted) return;
    yield* reselect(data.curation, step.step);
    timer.start();
  }
}
