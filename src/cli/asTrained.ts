/** `data --as-trained`: the SFT batch of a step of a run folder, as JSON lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseRecipe } from '../lab/recipe/recipe';
import { type Checkpoint, checkpointName } from '../lab/run/checkpoint';
import { trainedBatch } from '../lab/run/trainedBatch';
import { checkpointOf } from '../lab/stored/forked';
import { metaSchema, type RunMeta } from '../runs/meta';
import { nodeFiles } from '../runs/nodeFiles';
import { META, RECIPE, SUMMARY } from '../runs/runFolder';
import { shownPath } from './fileFault';
import { InputError, input, inputAsync, parseWith, readJson } from './input';
import { print } from './output';

/** Part of a summary that says how many steps the gate left. */
const finished = z.object({ sft: z.object({ steps: z.int().min(0) }) });

/** Reads a JSON file of a run folder; null if it is missing. */
function readOptional<T>(folder: string, name: string, schema: z.ZodType<T>): T | null {
  const file = path.join(folder, name);
  return existsSync(file) ? parseWith(schema, readJson(file), shownPath(file)) : null;
}

/**
 * Finds the checkpoint that a fork of SFT continues from; null if the folder has every SFT step of the run.
 * @throws if the parent run took the step
 */
async function startOf(folder: string, parent: RunMeta['parent'], step: number): Promise<Checkpoint | null> {
  if (!parent || (parent.stage === 'sft' && parent.step === 0)) return null;
  const name = checkpointName(parent as Pick<Checkpoint, 'stage' | 'step'>);
  if (parent.stage !== 'sft' || step <= parent.step)
    throw new InputError(
      `--step: ${shownPath(folder)} is a fork of ${shownPath(parent.run)} at ${name}, which took SFT step ${step}; ` +
        `use --as-trained with ${shownPath(parent.run)}`,
    );
  const { checkpoint } = await inputAsync(() => checkpointOf(nodeFiles(folder), name));
  return checkpoint;
}

/** Prints the batch. @throws naming the folder, or the step that the run did not take */
export async function printTrained(folder: string, step: number): Promise<void> {
  const file = path.join(folder, RECIPE);
  if (!existsSync(file))
    throw new InputError(`--as-trained: ${shownPath(folder)} has no recipe.json; use the folder of a run`);
  const recipe = input(() => parseRecipe(readJson(file), shownPath(file)));
  const steps = readOptional(folder, SUMMARY, finished)?.sft.steps ?? recipe.sft.steps;
  if (step > steps)
    throw new InputError(
      `--step: ${step} is not an SFT step of ${shownPath(folder)}, which has ${steps}; ${steps > 0 ? `use 1 to ${steps}` : 'use a run with SFT'}`,
    );
  const start = await startOf(folder, readOptional(folder, META, metaSchema)?.parent ?? null, step);
  for (const { prompt, completion, ids, mask } of input(() => trainedBatch(recipe, step, start)))
    print(JSON.stringify({ prompt, completion, ids, mask }));
}
