/** `mixture`: finds the epochs of each domain alone, and writes the recipe that trains on all of them together. */

import type { ClusterFields } from '../../lab/recipe/sections/data';
import { cutOffs } from '../../lab/run/cutOff';
import { bestTrials, concatenated, searchEpochs, type Trial, trialRecipe } from '../../lab/run/mixtureSearch';
import { openSources } from '../../lab/run/sources';
import { excerpt } from '../../quote';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { askedTasks, percent, table } from '../evaluation';
import { checkWritable, writeFile } from '../files';
import { InputError, input, JSON_OPTION, numeric } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { RECIPE_OPTIONS, readRecipe } from '../recipe';
import { keeps } from '../stopping';

function epochsOf(text: string): number[] {
  const epochs = text.split(',').map((one) => numeric(one, 'epochs', 1, { min: 0.001, max: 1000 }));
  if (new Set(epochs).size < epochs.length) throw new InputError('--epochs: a number stands twice');
  return epochs;
}

const options = {
  ...RECIPE_OPTIONS,
  tasks: { type: 'string', value: 'NAME:LEVEL,…', required: true, help: 'the domains' },
  out: { type: 'string', value: 'FILE.json', required: true, help: 'the recipe that trains on all domains together' },
  problems: { type: 'number', min: 1, max: 100_000, whole: true, initial: 1000, help: 'problems of each domain' },
  epochs: { type: 'string', value: 'N,N,…', help: 'numbers of epochs that are tried (default 1,2,4,8)' },
  adapter: ADAPTER,
  json: JSON_OPTION,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { out, problems } = given;
  const recipe = readRecipe(given, readOwn(given));
  if (!out.endsWith('.json'))
    throw new InputError(`--out: ${excerpt(out)} does not end in .json, as a recipe's file does`);
  const epochs = epochsOf(given.epochs ?? '1,2,4,8');
  const own = recipe.own.problems.length > 0 ? recipe.own : null;
  const domains = askedTasks(given.tasks, [], 'tasks', own).map(({ task, level }) => ({
    ...{ task: task.name as ClusterFields['task'], level, problems },
  }));
  // every trial and the whole are checked before the first is trained
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
  keeps(() => `${out} is as it was; ${trials.length} trials were finished, as shown above`);
  await withAdapter(given.adapter, async (device) => {
    for await (const trial of searchEpochs(device, recipe, domains, epochs)) {
      trials.push(trial);
      const { task, level, epochs, sampled, steps } = trial;
      console.error(`${task} ${level}, ${epochs} epochs (${steps} steps): sampled ${percent(sampled)}`);
    }
  });
  const best = bestTrials(trials);
  const mixed = concatenated(recipe, best);
  writeFile(out, `${JSON.stringify(mixed, null, 1)}\n`);
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
    best.includes(trial) ? (trial.sampled > 0 ? 'chosen' : 'chosen, though nothing was right') : '',
  ]);
  print(table([['domain', 'epochs', 'steps', 'sampled', 'greedy', ''], ...rows]));
  print(`${out}: ${mixed.data.clusters.length} domains together, ${mixed.sft.steps} steps of SFT`);
}

export const mixture = command({
  name: 'mixture',
  summary: 'finds the epochs of each domain alone, and writes the recipe that trains on all of them together',
  options,
  writesFiles: true,
  run: work,
});
