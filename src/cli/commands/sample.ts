/** `sample`: completions of one prompt by a saved model. */
import { answerPrompt } from '../../lab/probe/answer';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { maxNewOf } from '../context';
import { MAX_NEW, MODEL, SEED_OPTION, temperatureOption } from '../evaluation';
import { checkTemperature, input, JSON_OPTION, readModel } from '../input';
import { modelPlace } from '../modelPlace';
import { print } from '../output';

const share = (initial: number, help: string) =>
  ({ type: 'number', value: 'P', min: 0, max: 1, initial, help }) as const;

const options = {
  model: MODEL,
  prompt: { type: 'string', value: 'TEXT', required: true, help: 'prompt, as the task writes it' },
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
  adapter: ADAPTER,
  json: JSON_OPTION,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { prompt, seed, 'top-k': topK, 'top-p': topP, 'min-p': minP } = given;
  const temperature = checkTemperature(given.temperature);
  const model = readModel((await modelPlace(given.model)).folder);
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
  summary: 'Prints completions of one prompt by a saved model',
  examples: ['sample --model runs/parity --prompt "110101001001=" -n 8 --temperature 1 --seed 7'],
  notes: ['`--json` adds token ids and log-probabilities.'],
  options,
  run: work,
});
