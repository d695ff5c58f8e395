/** GRPO stage of a run, as events: steps, alerts if training destroys the policy, and new selections of problems. */
import type { ProblemSource } from '../../data/problems';
import type { RewardOptions } from '../../rewards/total';
import type { Tokenizer } from '../../text/tokenizer';
import { type Detail, grpo, type Learner } from '../../train/grpo';
import type { Sampler } from '../../train/rollout';
import type { Recipe } from '../recipe/recipe';
import type { Curation } from './curation';
import { assertFinite } from './diverged';
import { type CurationEvent, type CurvePoint, curvePoint, type GrpoEvent, type StageEvent } from './events';
import { grpoOptions } from './options';
import { PolicyWatch } from './policyAlert';
import type { StageTimer } from './stageTimer';

export interface GrpoStage {
  readonly recipe: Recipe;
  readonly detail: Detail;
  readonly learner: Learner;
  readonly sampler: Sampler;
  /** Problems that rollouts answer. */
  readonly problems: ProblemSource;
  /** Selects problems again while the stage trains; null without curation. */
  readonly curation: Curation | null;
  readonly tokenizer: Tokenizer;
  readonly rewards: RewardOptions;
  readonly timer: StageTimer;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

/** Runs the stage. @returns one point of the curve per step */
export async function* grpoStage({
  recipe,
  detail,
  learner,
  sampler,
  problems,
  curation,
  tokenizer,
  rewards,
  timer,
  stop,
}: GrpoStage): AsyncGenerator<GrpoEvent | StageEvent | CurationEvent, readonly CurvePoint[]> {
  const curve: CurvePoint[] = [];
  const watch = new PolicyWatch();
  timer.start();
  for await (const step of grpo(learner, sampler, problems, tokenizer, { ...grpoOptions(recipe, rewards), detail })) {
    assertFinite(`GRPO step ${step.step}`, step.metrics, recipe);
    curve.push(curvePoint(step));
    const alert = watch.check(step.metrics);
    yield { type: 'grpo', ...step, ...(alert && { alert }), step_time: timer.lap() };
    if (stop?.aborted) break;
    if (curation?.dueAfter(step.step)) {
      yield { type: 'stage', stage: 'curate' };
      yield await curation.select(step.step);
      yield { type: 'stage', stage: 'grpo' };
    }
    timer.start();
  }
  return curve;
}
