/** Computations of `probe`, one record each. */
import type { z } from 'zod';
import { checkLength } from '../formats/length';
import type { SavedWeights } from '../formats/model';
import { checkReference, checkWanted, probeGrpoStep } from '../lab/probe/grpoStep';
import { probeGrpoStepSchema } from '../lab/probe/grpoStepSchema';
import { probePolicyLoss } from '../lab/probe/policyLoss';
import { probePolicyLossSchema } from '../lab/probe/policyLossSchema';
import { probeReward, probeRewardSchema } from '../lab/probe/reward';
import { probeSample, probeSampleSchema } from '../lab/probe/sample';
import { probeStep, probeStepSchema } from '../lab/probe/step';
import { withAdapter } from './adapter';
import { InputError, input, inputAsync, parseWith } from './input';

interface Context {
  /** File of the inputs, for errors. */
  readonly file: string;
  readonly adapter: string | undefined;
  /** Weights of `--reference`, and their folder; null without it. */
  readonly reference: { readonly folder: string; readonly tensors: SavedWeights['tensors'] } | null;
}

/** A computation of `probe`, before it has its inputs. */
export interface Probe {
  readonly name: string;
  readonly needsModel: boolean;
  readonly takesReference: boolean;
  /** Checks the inputs and returns the work on them. @throws naming the field of an input */
  prepare(
    values: readonly (readonly [value: unknown, where: string])[],
  ): (context: Context, model: SavedWeights | null) => Promise<unknown[]>;
}

function record<T>(
  {
    name,
    needsModel = false,
    takesReference = false,
  }: Pick<Probe, 'name'> & Partial<Pick<Probe, 'needsModel' | 'takesReference'>>,
  schema: z.ZodType<T>,
  compute: (inputs: readonly T[], context: Context, model: SavedWeights) => Promise<unknown[]>,
): Probe {
  return {
    name,
    needsModel,
    takesReference,
    prepare(values) {
      const inputs = values.map(([value, where]) => parseWith(schema, value, where));
      return (context, model) => compute(inputs, context, model as SavedWeights); // not null if the record needs it
    },
  };
}

async function each<T, R>(inputs: readonly T[], compute: (input: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of inputs) results.push(await compute(one));
  return results;
}

/** @param where file, and field where known */
function checkVocabulary(ids: readonly number[], size: number, where: string): void {
  const over = ids.find((id) => id >= size);
  if (over !== undefined)
    throw new InputError(`${where}: token ${over} is outside the vocabulary of ${size}; use 0 to ${size - 1}`);
}

const step = record(
  { name: 'step', needsModel: true },
  probeStepSchema,
  (inputs, { file, adapter }, { config, tensors }) => {
    for (const { segments } of inputs)
      for (const { ids } of segments) {
        checkVocabulary(ids, config.vocab_size, file);
        input(() => checkLength(config, ids.length, `${file}: a segment`));
      }
    return withAdapter(adapter, (device) => each(inputs, (one) => probeStep(device, config, tensors, one)));
  },
);

const grpoStep = record(
  { name: 'grpo-step', needsModel: true, takesReference: true },
  probeGrpoStepSchema,
  (inputs, { file, adapter, reference }, { config, tensors }) => {
    if (reference) input(() => checkReference(config, reference.tensors, `--reference ${reference.folder}`));
    for (const one of inputs) {
      input(() => checkWanted(one, config), file);
      for (const [b, completion] of one.completions.entries()) {
        const prompt = one.prompts[b]!;
        checkVocabulary(prompt, config.vocab_size, `${file}: prompts.${b}`);
        checkVocabulary(completion, config.vocab_size, `${file}: completions.${b}`);
        const tokens = prompt.length + completion.length;
        input(() => checkLength(config, tokens, `${file}: prompts.${b} and completions.${b}`));
      }
    }
    return withAdapter(adapter, (device) =>
      each(inputs, (one) => probeGrpoStep(device, config, tensors, reference?.tensors ?? tensors, one)),
    );
  },
);

const sample = record(
  { name: 'sample', needsModel: true },
  probeSampleSchema,
  (inputs, { file, adapter }, { config, tensors, ends }) => {
    for (const { prompts, max_new: maxNew } of inputs)
      for (const prompt of prompts) {
        checkVocabulary(prompt, config.vocab_size, file);
        const what = `${file}: a prompt of ${prompt.length} tokens and max_new`;
        input(() => checkLength(config, prompt.length + maxNew, what));
      }
    return withAdapter(adapter, (device) =>
      each(inputs, (one) => probeSample(device, config, tensors, ends ?? [], one)),
    );
  },
);

const reward = record({ name: 'reward' }, probeRewardSchema, (inputs) => inputAsync(() => each(inputs, probeReward)));

const policyLoss = record({ name: 'policy-loss' }, probePolicyLossSchema, (inputs, { adapter }) =>
  withAdapter(adapter, (device) => each(inputs, (one) => probePolicyLoss(device, one))),
);

export const probes: readonly Probe[] = [step, grpoStep, sample, reward, policyLoss];
