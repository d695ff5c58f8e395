/** `inspect` of a stored run: reads the step of its journal and the checkpoint, and names the weights in the answer. */
import type { Device } from '../../gpu/device';
import { markOf } from '../../runs/journal';
import type { RunFolder } from '../../runs/runFolder';
import { type Inspection, type InspectWeights, inspectRollout, rolloutAt } from '../probe/inspect';
import type { Recipe } from '../recipe/recipe';
import { eventFromLine, type GrpoEvent } from '../run/events';
import { recipeAt } from './changes';
import { storedRecipe } from './continuation';
import { checkpointOf, type StoredAt } from './forked';

/** Place of a rollout in a stored run. Group and rollout count from 0. */
export interface RolloutPlace {
  readonly step: number;
  readonly group: number;
  readonly rollout: number;
}

export interface StoredInspection extends Inspection {
  /** Weights of the forward passes. `old` and `sampler` log-probabilities are of the journal. */
  readonly weights: {
    /** Name of the checkpoint, its stage, and its steps of the stage. */
    readonly checkpoint: string;
    readonly stage: string;
    readonly step: number;
    /** Origin of the reference: stored with the checkpoint, or the checkpoint's own weights before the first GRPO step. */
    readonly reference: 'stored' | 'own';
  };
}

/** A GRPO step of a journal, with the recipe that it followed. @throws if the run has no such step, or its line is damaged */
async function storedStep(
  run: RunFolder,
  step: number,
): Promise<{ readonly event: GrpoEvent; readonly recipe: Recipe }> {
  const { journal, files } = run;
  const n = journal.find(markOf('grpo', step));
  if (n === null) throw new Error(`${files.where}: the journal has no GRPO step ${step}; choose another step`);
  const { text, where } = await journal.event(n);
  const event = eventFromLine(text, where);
  if (event.type !== 'grpo') throw new Error(`${where}: is no GRPO step; open the run again`);
  return { event, recipe: await recipeAt(journal, n, await storedRecipe(run)) };
}

/** Inputs of an inspection. @param checkpoint name; null for the newest @throws naming what the run does not have */
export async function openInspection(
  run: RunFolder,
  { step, group, rollout }: RolloutPlace,
  checkpoint: string | null,
) {
  const { event, recipe } = await storedStep(run, step);
  const input = { event, recipe, group, rollout };
  rolloutAt(input);
  return { stored: await checkpointOf(run.files, checkpoint), input };
}

/** @param opened from `openInspection` */
export async function inspectStored(
  device: Device,
  { stored: { info, checkpoint }, input }: { stored: StoredAt; input: Parameters<typeof inspectRollout>[2] },
): Promise<StoredInspection> {
  const { model, reference } = checkpoint;
  const weights: InspectWeights = { model, reference: reference ?? model };
  const { name, stage, step } = info;
  return {
    weights: { checkpoint: name, stage, step, reference: reference ? 'stored' : 'own' },
    ...(await inspectRollout(device, weights, input)),
  };
}
