/** `data --as-trained`: the SFT batch of a step of a run folder, as JSON lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseRecipe } from '../lab/recipe/recipe';
import { trainedBatch } from '../lab/run/trainedBatch';
import { shownPath } from './fileFault';
import { InputError, input, parseWith, readJson } from './input';
import { print } from './output';

/** Part of a summary that says how many steps the gate left. */
const finished = z.object({ sft: z.object({ steps: z.int().min(0) }) });

/** Prints the batch. @throws naming the folder, or the step that the run did not take */
export function printTrained(folder: string, step: number): void {
  const file = path.join(folder, 'recipe.json');
  if (!existsSync(file))
    throw new InputError(`--as-trained: ${shownPath(folder)} has no recipe.json; use the folder of a run`);
  const recipe = input(() => parseRecipe(readJson(file), shownPath(file)));
  const summary = path.join(folder, 'summary.json');
  const steps = existsSync(summary)
    ? parseWith(finished, readJson(summary), shownPath(summary)).sft.steps
    : recipe.sft.steps;
  if (step > steps)
    throw new InputError(
      `--step: ${step} is not an SFT step of ${shownPath(folder)}, which has ${steps}; ${steps > 0 ? `use 1 to ${steps}` : 'use a run with SFT'}`,
    );
  for (const { prompt, completion, ids, mask } of input(() => trainedBatch(recipe, step)))
    print(JSON.stringify({ prompt, completion, ids, mask }));
}
