/** `probe`: single computations from JSON to JSON, for comparison with other code. */
import type { z } from 'zod';
import { checkLength } from '../../formats/length';
import { probePolicyLoss } from '../../lab/probe/policyLoss';
import { probePolicyLossSchema } from '../../lab/probe/policyLossSchema';
import { probeReward, probeRewardSchema } from '../../lab/probe/reward';
import { probeSample, probeSampleSchema } from '../../lab/probe/sample';
import { probeStep, probeStepSchema } from '../../lab/probe/step';
import { excerpt } from '../../quote';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { checkWritable, writeFile } from '../files';
import { InputError, input, inputAsync, parseWith, readAnyModel, readJson } from '../input';
import { didYouMean } from '../nearest';

const PROBES: readonly string[] = ['step', 'sample', 'reward', 'policy-loss'];

const options = {
  in: { type: 'string', value: 'FILE', required: true, help: 'input in JSON' },
  out: { type: 'string', value: 'FILE', required: true, help: 'result in JSON' },
  model: { type: 'string', value: 'DIR', help: 'model folder of any vocabulary, for step and sample' },
  adapter: ADAPTER,
} as const satisfies Options;

async function work(given: Given<typeof options>, [what = 'nothing', ...more]: readonly string[]): Promise<void> {
  if (!PROBES.includes(what) || more.length > 0)
    throw new InputError(
      `probe: ${excerpt([what, ...more].join(' '))} is unknown; use one of ${PROBES.join(', ')}${didYouMean(what, PROBES)}`,
    );
  const { in: file, out } = given;
  const json = readJson(file);

  /** Checks all inputs, computes each result, then writes. */
  const answer = async <T, R>(schema: z.ZodType<T>, work: (inputs: readonly T[]) => Promise<R[]>) => {
    const many = Array.isArray(json);
    const inputs = (many ? json : [json]).map((one: unknown, i) =>
      parseWith(schema, one, many ? `${file}[${i}]` : file),
    );
    checkWritable(out, { files: [file], folders: given.model === undefined ? [] : [given.model] });
    const results = await work(inputs);
    writeFile(out, `${JSON.stringify(many ? results : results[0])}\n`);
  };
  const each = async <T, R>(inputs: readonly T[], work: (input: T) => Promise<R>): Promise<R[]> => {
    const results: R[] = [];
    for (const one of inputs) results.push(await work(one));
    return results;
  };
  const model = () => {
    if (!given.model) throw new InputError(`--model is missing: probe ${what} needs a model folder`);
    return readAnyModel(given.model);
  };
  const inVocabulary = (ids: readonly number[], size: number) => {
    const over = ids.find((id) => id >= size);
    if (over !== undefined)
      throw new InputError(`${file}: token ${over} is outside the vocabulary of ${size}; use 0 to ${size - 1}`);
  };

  switch (what) {
    case 'step': {
      const { config, tensors } = model();
      return answer(probeStepSchema, (inputs) => {
        for (const { segments } of inputs)
          for (const { ids } of segments) {
            inVocabulary(ids, config.vocab_size);
            input(() => checkLength(config, ids.length, `${file}: a segment`));
          }
        return withAdapter(given.adapter, (device) => each(inputs, (one) => probeStep(device, config, tensors, one)));
      });
    }
    case 'sample': {
      const { config, tensors, ends } = model();
      return answer(probeSampleSchema, (inputs) => {
        for (const { prompts, max_new: maxNew } of inputs)
          for (const prompt of prompts) {
            inVocabulary(prompt, config.vocab_size);
            const what = `${file}: a prompt of ${prompt.length} tokens and max_new`;
            input(() => checkLength(config, prompt.length + maxNew, what));
          }
        return withAdapter(given.adapter, (device) =>
          each(inputs, (one) => probeSample(device, config, tensors, ends ?? [], one)),
        );
      });
    }
    case 'reward':
      return answer(probeRewardSchema, (inputs) => inputAsync(() => each(inputs, probeReward)));
    case 'policy-loss':
      return answer(probePolicyLossSchema, (inputs) =>
        withAdapter(given.adapter, (device) => each(inputs, (one) => probePolicyLoss(device, one))),
      );
  }
}

export const probe = command({
  name: 'probe',
  summary: 'Computes a single step, sample, reward or loss from JSON, for comparison with other code',
  examples: ['probe step --model src/model/goldens/phi3-gqa-tied --in in.json --out out.json'],
  notes: [
    "The input is one object or an array of them. `reward` takes every constant, `weights` and `custom_source` ([docs/rewards.md](rewards.md)); `policy-loss` takes the options by TRL's names ([docs/grpo.md](grpo.md)).",
  ],
  operands: { usage: PROBES.join('|'), help: 'computation; the input is one object or an array of them' },
  options,
  run: work,
});
