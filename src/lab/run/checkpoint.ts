/**
 * Checkpoint of a run between two steps: everything from which the run continues to the bit. `state` is plain JSON; tensors are
 * f32 by Hugging Face's names. src/runs stores it as files.
 */
import type { Tensors } from '../../model/parameters';
import type { OptimizerState } from '../../train/optimizers/optimizer';
import type { Recipe } from '../recipe/recipe';
import type { RunState } from './runState';

/** Stages between whose steps a run can stop. */
export const checkpointStages = ['sft', 'grpo'] as const;
export type CheckpointStage = (typeof checkpointStages)[number];

export interface Checkpoint {
  readonly stage: CheckpointStage;
  /**
   * Steps taken in the stage. `sft-0` comes before SFT; the last step of SFT comes before its evaluation; `grpo-0` comes after the
   * evaluation of SFT and the first selection of problems.
   */
  readonly step: number;
  readonly recipe: Recipe;
  readonly state: RunState;
  readonly model: Tensors;
  /** Null before the first step of the stage. */
  readonly optimizer: OptimizerState | null;
  /** Reference policy of GRPO; null where it is still the model itself: in SFT and at `grpo-0`. */
  readonly reference: Tensors | null;
}

/** Name of a checkpoint: `sft-40`, `grpo-0`. */
export const checkpointName = ({ stage, step }: Pick<Checkpoint, 'stage' | 'step'>): string => `${stage}-${step}`;

/** Refuses tensors with NaN or an infinity. @throws naming the first such tensor, with its index */
export function assertFiniteCheckpoint(checkpoint: Checkpoint): void {
  const { model, optimizer, reference } = checkpoint;
  for (const [part, tensors] of Object.entries({ model, optimizer: optimizer?.tensors, reference }))
    for (const [name, { data }] of tensors ?? []) {
      const at = data.findIndex((value) => !Number.isFinite(value));
      if (at >= 0)
        throw new Error(
          `checkpoint ${checkpointName(checkpoint)}: ${part}: ${name}[${at}] is ${data[at]}; use an earlier checkpoint`,
        );
    }
}
