/**
 * Checkpoint of a run between two steps: everything from which the run continues to the bit. `state` is plain JSON; tensors are
 * f32 by Hugging Face's names. src/runs stores it as files.
 */

import { z } from 'zod';
import type { Tensors } from '../../model/parameters';
import type { OptimizerState } from '../../train/optimizers/optimizer';
import { parseAs } from '../../validation';
import { parseRecipe, type Recipe } from '../recipe/recipe';
import { parseRunState, type RunState } from './runState';

export { assertFiniteCheckpoint, checkpointName, nonFiniteText } from '../../runs/finite';

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

const place = z.object({ stage: z.enum(checkpointStages), step: z.int().min(0) });

/** Checkpoint as files give it back. */
export interface UncheckedCheckpoint extends Pick<Checkpoint, 'model' | 'optimizer' | 'reference'> {
  readonly stage: unknown;
  readonly step: unknown;
  readonly recipe: unknown;
  readonly state: unknown;
}

/** Checks stage, recipe and state. @param where place for messages @throws naming every wrong field */
export function parseCheckpoint(given: UncheckedCheckpoint, where: string): Checkpoint {
  const { recipe, state, model, optimizer, reference } = given;
  return {
    ...parseAs(place, given, where),
    recipe: parseRecipe(recipe, `${where}: recipe`),
    state: parseRunState(state, `${where}: state`),
    ...{ model, optimizer, reference },
  };
}
