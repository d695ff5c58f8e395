/** `sample`: completions of one prompt by one saved model or several side by side, whole or token by token. */
import type { Device } from '../../gpu/device';
import type { PlayModel } from '../../lab/play/models';
import {
  type CompletionEvent,
  forcedTokens,
  type SampleOptions,
  sampleCompletions,
  sample as streamed,
} from '../../lab/play/sample';
import { openRewards } from '../../lab/run/options';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { maxNewOf } from '../context';
import { MAX_NEW, MODEL, SEED_OPTION, temperatureOption } from '../evaluation';
import { checkTemperature, InputError, input, inputAsync, JSON_OPTION } from '../input';
import { print } from '../output';
import { readPlayModels } from '../playModels';
import { PROBLEM_OPTIONS, readProblem } from '../problem';
import { RECIPE_OPTIONS, readRecipe, withSet } from '../recipe';
import {
  attemptsLine,
  attemptsText,
  completionLine,
  completionText,
  modelLine,
  type Named,
  tokenLine,
} from '../sampled';

const share = (initial: number, help: string) =>
  ({ type: 'number', value: 'P', min: 0, max: 1, initial, help }) as const;

const { required: _, ...RECIPE } = RECIPE_OPTIONS.recipe;

const options = {
  model: { ...MODEL, multiple: true, help: `${MODEL.help}, or RUN@base before training; up to three` },
  ...PROBLEM_OPTIONS,
  prefix: { type: 'string', value: 'TEXT', help: 'text that each completion begins with: branches to other tokens' },
  n: { type: 'number', short: 'n', min: 1, max: 100_000, whole: true, initial: 1, help: 'number of completions' },
  temperature: temperatureOption(1),
  'top-k': {
    type: 'number',
    min: 0,
    max: 1e6,
    whole: true,
    initial: 0,
    help: 'samples from the K most likely tokens; 0 uses all',
  },
  'top-p': share(1, 'samples from the most likely tokens whose probabilities add up to P'),
  'min-p': share(0, 'samples from tokens with at least P times the probability of the most likely one'),
  'max-new': { ...MAX_NEW, help: 'maximum new tokens per completion (default: the room in the context of the model)' },
  seed: SEED_OPTION,
  recipe: { ...RECIPE, help: 'recipe whose reward scores the completions (default: that of the training)' },
  set: RECIPE_OPTIONS.set,
  tokens: { type: 'boolean', help: 'prints a line of JSON per token as it comes: log-probability, entropy, top 5' },
  adapter: ADAPTER,
  json: JSON_OPTION,
} as const satisfies Options;

/** Options of sampling, the same for all models: the smallest room of their contexts. */
async function samplingOf(given: Given<typeof options>, models: readonly PlayModel[]): Promise<SampleOptions> {
  const { seed, n: count, prefix, 'top-k': topK, 'top-p': topP, 'min-p': minP } = given;
  const trained = models.find(({ recipe }) => recipe)?.recipe ?? null;
  const named = given.recipe === undefined ? trained : readRecipe({ recipe: given.recipe });
  if (given.set && !named) throw new InputError('--set needs --recipe: the models name no recipe of their training');
  const recipe = named && withSet(named, given.set ? { set: given.set } : {});
  const problem = readProblem(given, recipe?.task.name ?? null);
  const unused = given.set ? '--set' : '--recipe';
  if (!problem && (given.set || given.recipe !== undefined))
    throw new InputError(
      `${unused} changes the reward, which only a problem has; give --problem, or --prompt with --answer`,
    );
  const prompt = problem?.problem.prompt ?? given.prompt!;
  const budgets = models.map(({ model }) => {
    const tokens = input(() => model.tokenizer.chatPrompt(prompt)).length;
    return maxNewOf(given['max-new'], model.config, { prompt: tokens, usual: null });
  });
  const maxNew = Math.min(...budgets);
  for (const { model } of models) input(() => forcedTokens(model, { prefix, maxNew }));
  const reward = problem && recipe && (await inputAsync(() => openRewards(recipe)));
  return {
    ...{ prompt, count, problem, reward, topK, topP, minP, seed },
    ...{ temperature: checkTemperature(given.temperature), maxNew },
    ...(prefix !== undefined && { prefix }),
  };
}

async function printTokens(
  device: Device,
  named: readonly Named[],
  models: readonly PlayModel[],
  options: SampleOptions,
) {
  const events = streamed(
    device,
    models.map(({ model }) => model),
    options,
  );
  for await (const event of events) {
    const of = named[event.column]!;
    if (event.type === 'token') print(tokenLine(of, event));
    else if (event.type === 'completion') print(completionLine(of, event, options.problem ?? null));
    else print(attemptsLine(of, event));
  }
}

/** Prints the completions of one model, in their order. */
async function printCompletions(
  device: Device,
  of: Named,
  { model }: PlayModel,
  options: SampleOptions,
  { json, heading }: { readonly json: boolean; readonly heading: boolean },
) {
  const completions: CompletionEvent[] = [];
  const events = options.prefix ? streamed(device, [model], options) : sampleCompletions(device, model, options);
  for await (const event of events) {
    if (event.type === 'completion') completions.push(event);
    if (event.type !== 'attempts') continue;
    completions.sort((a, b) => a.sample - b.sample);
    if (json) {
      print(modelLine(of, options, completions, event));
      continue;
    }
    if (heading) print(`# ${of.model}`);
    for (const completion of completions) print(completionText(completion, options.problem ?? null));
    const text = attemptsText(event);
    if (text !== null && options.problem) print(text);
  }
}

async function work(given: Given<typeof options>): Promise<void> {
  const { tokens, json = false } = given;
  const models = await readPlayModels(given.model);
  const sampling = await samplingOf(given, models);
  const named = models.map(({ model: { tokenizer } }, i): Named => ({ model: given.model[i]!, tokenizer }));
  await withAdapter(given.adapter, async (device) => {
    if (tokens) return printTokens(device, named, models, sampling);
    for (const [i, model] of models.entries())
      await printCompletions(device, named[i]!, model, sampling, { json, heading: models.length > 1 });
  });
}

export const sample = command({
  name: 'sample',
  summary: 'Prints completions of one prompt by saved models',
  examples: [
    'sample --model runs/parity --prompt "110101001001=" -n 8 --temperature 1 --seed 7',
    'sample --model runs/a@base --model runs/a@sft-60 --model runs/a --prompt "1101=" --answer 1 -n 8',
    'sample --model runs/parity --prompt "1101=" --prefix "<think>0" --tokens',
  ],
  notes: [
    '`--json` prints a line per model, with token ids and the log-probabilities of the sampled distribution. `--tokens` streams a line per token: its log-probability at temperature 1 before truncation (as vLLM), the entropy of that distribution in nats, and the five most likely tokens; then a line per completion and one per model. Models on one seed get the same random number at each position of a completion.',
    'With `--problem`, or `--prompt` and `--answer`, each completion has its verdict and its reward under the recipe of the training or `--recipe`; `-n` adds the majority vote and unbiased pass@k.',
  ],
  options,
  run: work,
});
