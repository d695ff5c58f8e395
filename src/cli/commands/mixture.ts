/** `mixture`: searches the epochs of each domain alone, then writes the recipe that trains on all of them. */

import { jsonText } from '../../json';
import type { ClusterFields } from '../../lab/recipe/sections/data';
import { cutOffs } from '../../lab/run/cutOff';
import { bestTrials, concatenated, searchEpochs, type Trial, trialRecipe } from '../../lab/run/mixtureSearch';
import { openSources } from '../../lab/run/sources';
import { excerpt } from '../../quote';
import { percent } from '../../units';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { askedTasks, table } from '../evaluation';
import { checkWritable, writeFile } from '../files';
import { InputError, input, JSON_OPTION, numeric } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { RECIPE_OPTIONS, readRecipe } from '../recipe';
import { keeps } from '../stopping';

function epochsOf(text: string): number[] {
  const epochs = text.split(',').map((one) => numeric(one, 'epochs', 1, { min: 0.001, max: 1000 }));
  if (new Set(epochs).size < epochs.length) throw new InputError('--epochs: a number is given twice; give each once');
  return epochs;
}

const options = {
  ...RECIPE_OPTIONS,
  tasks: { type: 'string', value: 'NAME:LEVEL,…', required: true, help: 'domains of the mixture' },
  out: { type: 'string', value: 'FILE.json', required: true, help: 'file for the recipe that trains on all domains' },
  problems: { type: 'number', min: 1, max: 100_000, whole: true, initial: 1000, help: 'problems per domain' },
  epochs: { type: 'string', value: 'N,N,…', help: 'numbers of epochs to try (default 1,2,4,8)' },
  adapter: ADAPTER,
  json: JSON_OPTION,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { out, problems } = given;
  const recipe = readRecipe(given, readOwn(given));
  if (!out.endsWith('.json'))
    throw new InputError(`--out: ${excerpt(out)} does not end in .json; use a name that does`);
  const epochs = epochsOf(given.epochs ?? '1,2,4,8');
  const own = recipe.own.problems.length > 0 ? recipe.own : null;
  const domains = askedTasks(given.tasks, [], 'tasks', own).map(({ task, level }) => ({
    ...{ task: task.name as ClusterFields['task'], level, problems },
  }));
  // all trials and the mixture are checked before the first training
  const longest = input(() => {
    for (const domain of domains)
      for (const times of epochs) openSources(trialRecipe(recipe, { ...domain, epochs: times }));
    return concatenated(
      recipe,
      domains.map((domain) => ({ ...domain, epochs: Math.max(...epochs) })),
    );
  });
  for (const line of cutOffs(longest)) console.error(`note: ${line}`);
  checkWritable(out, { files: [given.recipe, given.data] });
  const trials: Trial[] = [];
  keeps(() => `${out} has not changed; ${trials.length} trials ended, as shown above`);
  await withAdapter(given.adapter, async (device) => {
    for await (const trial of searchEpochs(device, recipe, domains, epochs)) {
      trials.push(trial);
      const { task, level, epochs, sampled, steps } = trial;
      console.error(`${task} ${level}, ${epochs} epochs (${steps} steps): sampled ${percent(sampled)}`);
    }
  });
  const best = bestTrials(trials);
  const mixed = concatenated(recipe, best);
  writeFile(out, jsonText(mixed));
  if (given.json) {
    print(JSON.stringify({ trials, chosen: mixed.data.clusters, steps: mixed.sft.steps }));
    return;
  }
  const rows = trials.map((trial) => [
    `${trial.task} ${trial.level}`,
    String(trial.epochs),
    String(trial.steps),
    percent(trial.sampled),
    percent(trial.greedy),
    best.includes(trial) ? (trial.sampled > 0 ? 'chosen' : 'chosen, although no answer was right') : '',
  ]);
  print(table([['domain', 'epochs', 'steps', 'sampled', 'greedy', ''], ...rows]));
  print(`${out}: ${mixed.data.clusters.length} domains together, ${mixed.sft.steps} steps of SFT`);
}

export const mixture = command({
  name: 'mixture',
  summary: 'Searches the epochs of each domain alone, then writes the recipe that trains on all of them',
  examples: ['mixture --recipe addition-2 --tasks addition:2,parity:8 --epochs 1,2,4,8 --out mixed.json'],
  options,
  writesFiles: true,
  run: work,
});
