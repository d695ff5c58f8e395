/** `sample`: completions of one prompt by a saved model. */

import { answerPrompt } from '../../lab/answer';
import { withAdapter } from '../adapter';
import { maxNewOf } from '../context';
import { input, numeric, options, readModel, required, SEED, temperatureOf } from '../input';
import { print } from '../output';

export async function sample(args: readonly string[]): Promise<void> {
  const given = options(args, {
    model: { type: 'string' },
    prompt: { type: 'string' },
    n: { type: 'string', short: 'n' },
    temperature: { type: 'string' },
    'top-k': { type: 'string' },
    'top-p': { type: 'string' },
    'min-p': { type: 'string' },
    'max-new': { type: 'string' },
    seed: { type: 'string' },
    adapter: { type: 'string' },
    json: { type: 'boolean' },
  });
  const model = readModel(required(given.model, 'model'));
  const prompt = required(given.prompt, 'prompt');
  const promptTokens = input(() => model.tokenizer.chatPrompt(prompt)).length;
  const count = numeric(given.n, 'n', 1, { min: 1, max: 100_000, whole: true });
  const sampling = {
    temperature: temperatureOf(given.temperature, 1),
    topK: numeric(given['top-k'], 'top-k', 0, { min: 0, max: 1e6, whole: true }),
    topP: numeric(given['top-p'], 'top-p', 1, { min: 0, max: 1 }),
    minP: numeric(given['min-p'], 'min-p', 0, { min: 0, max: 1 }),
    maxNew: maxNewOf(given['max-new'], model.config, { prompt: promptTokens, usual: null }),
    seed: numeric(given.seed, 'seed', 0, SEED),
  };
  const answers = await withAdapter(given.adapter, (device) => answerPrompt(device, model, prompt, count, sampling));
  if (given.json) {
    const rows = answers.map(({ text, ids, logprobs, ended }) => ({ text, ids, logprobs: [...logprobs], ended }));
    print(JSON.stringify({ prompt, ...sampling, completions: rows }));
  } else for (const { text } of answers) print(text);
}
