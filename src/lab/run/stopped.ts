/** Summary of a run that ends early, collected from its events. */
import type { Recipe } from '../recipe/recipe';
import type { Checkpoint } from './checkpoint';
import { Curve } from './curve';
import {
  curvePoint,
  type EvaluationEvent,
  type LabEvent,
  type ResumeEvent,
  type Stage,
  type StageAccuracy,
  type Summary,
  stageAccuracy,
} from './events';

/** Reason and place of an early end. */
export interface Stopped {
  /** `user`: by Stop in the page. `failed`: any error but a divergence; `message` has its text. */
  readonly reason: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'user' | 'diverged' | 'failed';
  /** Stage of the saved weights; before the first step, the current stage. */
  readonly stage: Stage;
  /** Last step of the stage, from 1; 0 if the saved weights are the initial ones. */
  readonly step: number;
  readonly message?: string;
}

/** `summary.json` of a stopped run. Accuracies that the run did not measure are missing. */
export type StoppedSummary = Omit<Summary, 'sft' | 'grpo'> & {
  readonly stopped: Stopped;
  readonly sft: Partial<StageAccuracy> & Pick<Summary['sft'], 'steps' | 'final_loss'>;
  readonly grpo: Partial<StageAccuracy> & Pick<Summary['grpo'], 'steps' | 'curve'>;
};

type History = NonNullable<ResumeEvent['fork']>['before'];
/** Run before a continuation, as far as a summary counts it. */
interface Before {
  readonly sft: Pick<History['sft'], 'steps' | 'final_loss'>;
  readonly grpo: Pick<History['grpo'], 'curve'>;
  readonly evaluations: History['evaluations'];
}

export class RunRecord {
  /** Current stage; null before the first one, when the session has no weights. */
  stage: Stage | null = null;
  /** Summary of a finished run. */
  summary: Summary | null = null;
  private sftSteps = 0;
  private loss: number | null = null;
  private estimated = 0;
  private readonly curve: Curve;
  private readonly evaluations: Partial<Record<EvaluationEvent['stage'], EvaluationEvent>> = {};
  private readonly began: number;

  /** @param before checkpoint that the run continues from; null for a new run */
  constructor({ grpo }: Pick<Recipe, 'grpo'>, before: Pick<Checkpoint, 'stage' | 'state'> | null = null) {
    this.curve = new Curve(grpo.steps);
    this.began = performance.now() - (before?.state.seconds ?? 0) * 1000;
    if (!before) return;
    const { memory, sft, grpo: taken, evaluations } = before.state;
    this.stage = before.stage;
    this.estimated = memory.estimated_bytes;
    this.continueFrom({ sft, grpo: { curve: taken?.curve ?? [] }, evaluations });
  }

  private continueFrom({ sft, grpo, evaluations }: Before): void {
    [this.sftSteps, this.loss] = [sft.steps, sft.final_loss];
    this.curve.cutTo(0);
    for (const point of grpo.curve) this.curve.push(point);
    for (const event of evaluations) this.evaluations[event.stage] = event;
  }

  add(event: LabEvent): void {
    if (event.type === 'start') this.estimated = event.memory.estimated_bytes;
    else if (event.type === 'resume') this.resume(event);
    else if (event.type === 'stage') this.stage = event.stage;
    else if (event.type === 'sft') [this.sftSteps, this.loss] = [event.step, event.loss];
    else if (event.type === 'grpo') this.curve.push(curvePoint(event));
    else if (event.type === 'evaluation') this.evaluations[event.stage] = event;
    else if (event.type === 'end') this.summary = event.summary;
  }

  /** A fork reports the run before it. */
  private resume({ stage, fork }: ResumeEvent): void {
    this.stage = stage;
    if (fork) this.continueFrom(fork.before);
  }

  /** Last training step, or step 0 of the current stage; null if there are no weights. */
  get last(): Pick<Stopped, 'stage' | 'step'> | null {
    const { lastStep } = this.curve;
    if (lastStep !== null) return { stage: 'grpo', step: lastStep };
    if (this.sftSteps > 0) return { stage: 'sft', step: this.sftSteps };
    return this.stage && { stage: this.stage, step: 0 };
  }

  stoppedSummary(
    run: Pick<Summary, 'recipe' | 'seed' | 'adapter'> & { readonly peak_bytes: number },
    stopped: Stopped,
  ): StoppedSummary {
    const { recipe, seed, adapter, peak_bytes } = run;
    const { base, sft, grpo } = this.evaluations;
    return {
      ...{ recipe, seed, adapter, stopped },
      seconds: (performance.now() - this.began) / 1000,
      memory: { estimated_bytes: this.estimated, peak_bytes },
      ...(base && { base: stageAccuracy(base) }),
      sft: { steps: this.sftSteps, final_loss: this.loss, ...(sft && stageAccuracy(sft)) },
      grpo: { steps: this.curve.length, curve: this.curve.points, ...(grpo && stageAccuracy(grpo)) },
    };
  }
}
