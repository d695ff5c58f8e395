/** `eval`: accuracy of a saved model on held-out problems, over independent runs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { heldOutProblems } from '../../data/problems';
import { evaluateModel } from '../../lab/answer';
import { parseRecipe } from '../../lab/recipe';
import { splitFault } from '../../lab/task';
import { OWN } from '../../tasks/own';
import { withAdapter } from '../adapter';
import { InputError, input, numeric, options, readJson, readModel, required, SEED, temperatureOf } from '../input';
import { OWN_OPTIONS, readOwn, taskFrom } from '../own';

export async function evaluate(args: readonly string[]): Promise<void> {
  const given = options(args, {
    model: { type: 'string' },
    task: { type: 'string' },
    level: { type: 'string' },
    problems: { type: 'string' },
    runs: { type: 'string' },
    temperature: { type: 'string' },
    'max-new': { type: 'string' },
    seed: { type: 'string' },
    adapter: { type: 'string' },
    json: { type: 'boolean' },
    ...OWN_OPTIONS,
  });
  const folder = required(given.model, 'model');
  const model = readModel(folder);
  const name = required(given.task, 'task');
  // A folder that `train` wrote says what it was trained on.
  const recipeFile = path.join(folder, 'recipe.json');
  const recipe = existsSync(recipeFile) ? input(() => parseRecipe(readJson(recipeFile), recipeFile)) : null;
  const trained = recipe?.task.name === name ? recipe : null;
  const own = readOwn(given) ?? trained?.own ?? null;
  const task = taskFrom(name, given, own);
  const { min, max, initial } = task.level;
  // another file of own problems may lack the level that was trained on
  const usual = given.data === undefined ? (trained?.task.level ?? initial) : initial;
  const level = numeric(given.level, 'level', usual, { min, max, whole: true });
  const fault = name === OWN && own ? splitFault(own, level) : null;
  if (fault) throw new InputError(`${given.data ?? recipeFile}: ${fault}`);
  const count = numeric(given.problems, 'problems', 256, { min: 1, max: 100_000, whole: true });
  const evaluation = {
    runs: numeric(given.runs, 'runs', 5, { min: 1, max: 10_000, whole: true }),
    temperature: temperatureOf(given.temperature, 0.8),
    maxNew: numeric(given['max-new'], 'max-new', trained?.reward.lMax ?? task.longestTrace(level, 'long') + 8, {
      min: 1,
      max: 65536,
      whole: true,
    }),
    seed: numeric(given.seed, 'seed', 0, SEED),
  };
  const problems = input(() => heldOutProblems(task, level, count, evaluation.seed));
  for (const { prompt } of problems) input(() => model.tokenizer.chatPrompt(prompt));
  const report = await withAdapter(given.adapter, (device) => evaluateModel(device, model, task, problems, evaluation));
  if (given.json) {
    const { temperature, maxNew, seed } = evaluation;
    console.log(JSON.stringify({ task: name, level, temperature, maxNew, seed, ...report }));
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  report.runs.forEach(({ accuracy, meanLength }, r) => {
    console.log(`run ${r + 1}: ${percent(accuracy)}, ${meanLength.toFixed(1)} tokens`);
  });
  console.log(
    `${name} ${level} at temperature ${evaluation.temperature}: ${percent(report.accuracy.mean)} ± ${percent(report.accuracy.sd)} ` +
      `(sd of ${report.runs.length} runs), ${report.meanLength.toFixed(1)} tokens, ${percent(report.truncated)} cut off`,
  );
}
