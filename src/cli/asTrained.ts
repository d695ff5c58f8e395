/** `data --as-trained`: the SFT batch of a step of a run, as JSON lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseRecipe, type Recipe } from '../lab/recipe/recipe';
import type { Checkpoint } from '../lab/run/checkpoint';
import { trainedBatch } from '../lab/run/trainedBatch';
import { storedRecipe } from '../lab/stored/continuation';
import { checkpointOf } from '../lab/stored/forked';
import { checkpointName } from '../runs/checkpoints';
import { markOf } from '../runs/journal';
import { nodeFiles } from '../runs/nodeFiles';
import { RECIPE, RunFolder, SUMMARY } from '../runs/runFolder';
import { shownPath } from './fileFault';
import { InputError, input, inputAsync, parseWith, readJson } from './input';
import { print } from './output';
import { isStoredRun } from './runPlace';

/** SFT of a run: its recipe, the last step, and the state from which a fork went on. */
interface Trained {
  readonly recipe: Recipe;
  readonly steps: number;
  readonly before: Checkpoint['state']['sft'] | null;
}

/** Reads a run. The journal says which steps it took, also while it runs. */
async function readStored(folder: string): Promise<Trained> {
  const run = await RunFolder.open(nodeFiles(folder));
  const recipe = await storedRecipe(run);
  const { parent = null } = run.meta ?? {};
  const start = parent && (await checkpointOf(run.files, checkpointName(parent))).checkpoint;
  const before = start?.state.sft ?? null;
  let steps = before?.steps ?? 0;
  while (run.journal.find(markOf('sft', steps + 1)) !== null) steps++;
  return { recipe, steps, before };
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
  return { recipe, steps, before: null };
}

/** Prints the batch. @throws naming the folder, or the step that the run did not take */
export async function printTrained(folder: string, step: number): Promise<void> {
  const { recipe, steps, before } = isStoredRun(folder)
    ? await inputAsync(() => readStored(folder))
    : readEarlier(folder);
  const first = (before?.steps ?? 0) + 1;
  if (step < first || step > steps) {
    const use =
      steps < first ? (before ? 'use the run that it forks' : 'use a run with SFT') : `use ${first} to ${steps}`;
    const has = steps < first ? 'has none of its own' : before ? `has ${first} to ${steps}` : `has ${steps}`;
    throw new InputError(`--step: ${step} is not an SFT step of ${shownPath(folder)}, which ${has}; ${use}`);
  }
  for (const { prompt, completion, ids, mask } of input(() => trainedBatch(recipe, step, before)))
    print(JSON.stringify({ prompt, completion, ids, mask }));
}
