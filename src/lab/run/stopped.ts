/** Keeps what the events of a run add up to, so that a run that ends early has a summary too. */
import {
  type CurvePoint,
  curvePoint,
  type EvaluationEvent,
  type LabEvent,
  type Stage,
  type StageAccuracy,
  type Summary,
  stageAccuracy,
} from './events';

/** Why and where a run ended before its end. */
export interface Stopped {
  /** `full disk`: the recording could not be written. `failed`: any other error, told in `message`. */
  readonly reason: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'diverged' | 'full disk' | 'failed';
  /** The stage that changed the saved weights last; before the first step the one that ran. */
  readonly stage: Stage;
  /** Its last step, from 1; 0 where the saved weights are those that the run began with. */
  readonly step: number;
  readonly message?: string;
}

/** `summary.json` of a run that was stopped: accuracies are there as far as they were measured. */
export type StoppedSummary = Omit<Summary, 'sft' | 'grpo'> & {
  readonly stopped: Stopped;
  readonly sft: Partial<StageAccuracy> & Pick<Summary['sft'], 'steps' | 'final_loss'>;
  readonly grpo: Partial<StageAccuracy> & Pick<Summary['grpo'], 'steps' | 'curve'>;
};

export class RunRecord {
  /** The stage that runs now; null before the first, until which the session has no weights. */
  stage: Stage | null = null;
  /** Of a run that came to its end. */
  summary: Summary | null = null;
  private sftSteps = 0;
  private loss: number | null = null;
  private estimated = 0;
  private readonly curve: CurvePoint[] = [];
  private readonly evaluations: Partial<Record<EvaluationEvent['stage'], EvaluationEvent>> = {};
  private readonly began = performance.now();

  add(event: LabEvent): void {
    if (event.type === 'start') this.estimated = event.memory.estimated_bytes;
    else if (event.type === 'stage') this.stage = event.stage;
    else if (event.type === 'sft') [this.sftSteps, this.loss] = [event.step, event.loss];
    else if (event.type === 'grpo') this.curve.push(curvePoint(event));
    else if (event.type === 'evaluation') this.evaluations[event.stage] = event;
    else if (event.type === 'end') this.summary = event.summary;
  }

  /** The last training step, or step 0 of the stage that runs; null as long as there are no weights. */
  get last(): Pick<Stopped, 'stage' | 'step'> | null {
    const { length } = this.curve;
    if (length > 0) return { stage: 'grpo', step: this.curve[length - 1]!.step };
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
      grpo: { steps: this.curve.length, curve: this.curve, ...(grpo && stageAccuracy(grpo)) },
    };
  }
}
