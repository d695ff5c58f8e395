/** `data --as-trained`: the SFT batch of a step of a run, as JSON lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseRecipe, type Recipe } from '../lab/recipe/recipe';
import type { Checkpoint } from '../lab/run/checkpoint';
import { trainedBatch } from '../lab/run/trainedBatch';
import { storedRecipe } from '../lab/stored/continuation';
import { checkpointOf } from '../lab/stored/forked';
import { markOf } from '../runs/journal';
import type { RunMeta } from '../runs/meta';
import { nodeFiles } from '../runs/nodeFiles';
import { RECIPE, RunFolder, SUMMARY } from '../runs/runFolder';
import { shownPath } from './fileFault';
import { InputError, input, inputAsync, parseWith, readJson } from './input';
import { print } from './output';
import { isStoredRun } from './runPlace';

/** SFT of a run: its recipe, the last step, and the checkpoint from which a fork went on. */
interface Trained {
  readonly recipe: Recipe;
  readonly steps: number;
  readonly start: Checkpoint | null;
  /** Run that took the steps of SFT before the start. */
  readonly parent: RunMeta['parent'];
}

/** Reads a run. The journal says which steps it took, also while it runs. */
async function readStored(folder: string): Promise<Trained> {
  const run = await RunFolder.open(nodeFiles(folder));
  const recipe = await storedRecipe(run);
  const { parent = null } = run.meta ?? {};
  const start = parent && (await checkpointOf(run.files, markOf(parent.stage, parent.step))).checkpoint;
  let steps = start?.state.sft.steps ?? 0;
  while (run.journal.find(markOf('sft', steps + 1)) !== null) steps++;
  return { recipe, steps, start, parent };
}

/** Part of a summary that says how many steps the gate left. */
const finished = z.object({ sft: z.object({ steps: z.int().min(0) }) });

/** Reads the folder of an earlier version: without a summary, its recipe bounds the steps. */
function readEarlier(folder: string): Trained {
  const file = path.join(folder, RECIPE);
  if (!existsSync(file))
    throw new InputError(`--as-trained: ${shownPath(folder)} has no recipe.json; use the folder of a run`);
  const recipe = input(() => parseRecipe(readJson(file), shownPath(file)));
  const summary = path.join(folder, SUMMARY);
  const steps = existsSync(summary)
    ? parseWith(finished, readJson(summary), shownPath(summary)).sft.steps
    : recipe.sft.steps;
  return { recipe, steps, start: null, parent: null };
}

/** Prints the batch. @throws naming the folder, or the step that the run did not take */
export async function printTrained(folder: string, step: number): Promise<void> {
  const { recipe, steps, start, parent } = isStoredRun(folder)
    ? await inputAsync(() => readStored(folder))
    : readEarlier(folder);
  const shown = shownPath(folder);
  const before = start?.state.sft.steps ?? 0;
  if (parent && step <= before)
    throw new InputError(
      `--step: ${shown} is a fork of ${shownPath(parent.run)} at ${markOf(parent.stage, parent.step)}, which took SFT step ${step}; ` +
        `use --as-trained with ${shownPath(parent.run)}`,
    );
  if (step > steps) {
    const use = steps > before ? `use ${before + 1} to ${steps}` : 'use a run with SFT';
    throw new InputError(`--step: ${step} is not an SFT step of ${shown}, which has ${steps}; ${use}`);
  }
  for (const { prompt, completion, ids, mask } of input(() => trainedBatch(recipe, step, start)))
    print(JSON.stringify({ prompt, completion, ids, mask }));
}
