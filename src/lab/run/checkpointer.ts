/** Takes the checkpoints of a run: at the end of each stage, every so many steps or seconds, and when the caller wants one. */
import { NonFiniteError } from '../../train/nonFiniteError';
import type { Optimizer } from '../../train/optimizers/optimizer';
import { type Checkpoint, nonFiniteText } from './checkpoint';
import type { Cursors, RunProgress } from './progress';
import type { Session } from './session';

export interface Occasion {
  /** True for the last step of a stage and for `grpo-0`; false for a step in between. */
  readonly isStageEnd: boolean;
}

export interface CheckpointOptions {
  /**
   * Receives each checkpoint. The run waits for it; every event before it was pulled and handled. Null takes none, and then
   * nothing is read back.
   */
  readonly onCheckpoint?: ((checkpoint: Checkpoint, occasion: Occasion) => Promise<void> | void) | null;
  /** True while the caller wants a checkpoint at the next step boundary, as before a pause. */
  readonly wanted?: () => boolean;
}

export class Checkpointer {
  private lastTime: number;

  /** @param now clock in seconds */
  constructor(
    private readonly session: Session,
    private readonly progress: RunProgress,
    private readonly options: CheckpointOptions,
    private readonly now: () => number,
  ) {
    this.lastTime = now();
  }

  /** True if the caller wants a checkpoint now. */
  get wanted(): boolean {
    return this.options.wanted?.() ?? false;
  }

  /** True if a checkpoint is due after this step of a stage. */
  due(step: number): boolean {
    if (!this.options.onCheckpoint) return false;
    const { everySteps, everySeconds } = this.session.recipe.checkpoints;
    return (
      this.wanted ||
      (everySteps > 0 && step % everySteps === 0) ||
      (everySeconds > 0 && this.now() - this.lastTime >= everySeconds)
    );
  }

  /**
   * Takes a checkpoint at a boundary without pending steps.
   * @param optimizer of the stage; null before its first step
   * @throws NonFiniteError naming a tensor with a number that is not finite
   */
  async take(
    { stage, step, isStageEnd }: Pick<Checkpoint, 'stage' | 'step'> & Occasion,
    optimizer: Optimizer | null,
    cursors: Cursors,
  ): Promise<void> {
    const { onCheckpoint } = this.options;
    if (!onCheckpoint) return;
    const { recipe } = this.progress;
    const { weights, model } = this.session;
    const checkpoint: Checkpoint = {
      ...{ stage, step, recipe },
      state: this.progress.stateAt(stage, cursors),
      model: await weights.read(),
      optimizer: (step > 0 && (await optimizer?.state())) || null,
      reference: stage === 'grpo' && step > 0 ? await model.reference.read() : null,
    };
    const fault = nonFiniteText(checkpoint);
    if (fault !== null) throw new NonFiniteError(fault);
    await onCheckpoint(checkpoint, { isStageEnd });
    this.lastTime = this.now();
  }
}
