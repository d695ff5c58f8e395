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

/** Names the first number of a checkpoint that is NaN or infinite; null if there is none. */
export function nonFiniteText(checkpoint: Checkpoint): string | null {
  const { model, optimizer, reference } = checkpoint;
  for (const [part, tensors] of Object.entries({ model, optimizer: optimizer?.tensors, reference }))
    for (const [name, { data }] of tensors ?? []) {
      const at = data.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) return `checkpoint ${checkpointName(checkpoint)}: ${part}: ${name}[${at}] is ${data[at]}`;
    }
  return null;
}

/** Refuses tensors with NaN or an infinity. @throws naming the first such tensor, with its index */
export function assertFiniteCheckpoint(checkpoint: Checkpoint): void {
  const fault = nonFiniteText(checkpoint);
  if (fault !== null) throw new Error(`${fault}; use an earlier checkpoint`);
}
