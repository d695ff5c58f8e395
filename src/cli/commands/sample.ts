/** `sample`: completions of one prompt by a saved model. */

import { answerPrompt } from '../../lab/probe/answer';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { maxNewOf } from '../context';
import { MAX_NEW, MODEL, SEED_OPTION, temperatureOption } from '../evaluation';
import { checkTemperature, input, JSON_OPTION, readModel } from '../input';
import { print } from '../output';

const share = (initial: number, help: string) =>
  ({ type: 'number', value: 'P', min: 0, max: 1, initial, help }) as const;

const options = {
  model: MODEL,
  prompt: { type: 'string', value: 'TEXT', required: true, help: 'the prompt, as the task writes it' },
  n: { type: 'number', short: 'n', min: 1, max: 100_000, whole: true, initial: 1, help: 'completions' },
  temperature: temperatureOption(1),
  'top-k': {
    type: 'number',
    min: 0,
    max: 1e6,
    whole: true,
    initial: 0,
    help: 'draws from the K likeliest tokens; 0 for all',
  },
  'top-p': share(1, 'draws from the likeliest tokens that together have probability P'),
  'min-p': share(0, "draws from tokens with at least P of the likeliest one's probability"),
  'max-new': { ...MAX_NEW, help: 'most tokens of a completion (default: what the context of the model leaves)' },
  seed: SEED_OPTION,
  adapter: ADAPTER,
  json: JSON_OPTION,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { prompt, seed, 'top-k': topK, 'top-p': topP, 'min-p': minP } = given;
  const temperature = checkTemperature(given.temperature);
  const model = readModel(given.model);
  const promptTokens = input(() => model.tokenizer.chatPrompt(prompt)).length;
  const maxNew = maxNewOf(given['max-new'], model.config, { prompt: promptTokens, usual: null });
  const sampling = { temperature, topK, topP, minP, maxNew, seed };
  const answers = await withAdapter(given.adapter, (device) => answerPrompt(device, model, prompt, given.n, sampling));
  if (given.json) {
    const rows = answers.map(({ text, ids, logprobs, ended }) => ({ text, ids, logprobs: [...logprobs], ended }));
    print(JSON.stringify({ prompt, ...sampling, completions: rows }));
  } else for (const { text } of answers) print(text);
}

export const sample = command({
  name: 'sample',
  summary: 'completions of one prompt by a saved model',
  options,
  run: work,
});
