/** `probe sample`: completions of prompts given as token ids, with the log-probability of every token. */
import { z } from 'zod';
import type { Device } from '../../gpu/device';
import type { ModelConfig } from '../../model/config';
import { loadWeights, type Model, openModel } from '../../model/model';
import type { Tensors } from '../../model/parameters';
import { MOST_SLOTS, Sampler } from '../../train/rollout';
import { isTemperature, TEMPERATURE_RANGE } from '../../train/sampling';
import { assertFits } from '../run/fits';

export const probeSampleSchema = z.strictObject({
  prompts: z.array(z.array(z.int().min(0)).min(1)).min(1),
  n: z.int().min(1).max(4096).default(1),
  temperature: z.number().refine(isTemperature, TEMPERATURE_RANGE).default(1),
  top_k: z.int().min(0).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  max_new: z.int().min(1).max(65536),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
});

export interface ProbeSampleResult {
  completions: number[][][];
  logprobs: number[][][];
}

/** @param ends tokens that end a completion; none: nothing but the budget does */
export async function probeSample(
  device: Device,
  config: ModelConfig,
  tensors: Tensors,
  ends: readonly number[],
  input: z.infer<typeof probeSampleSchema>,
): Promise<ProbeSampleResult> {
  const { prompts, n, temperature, max_new: maxNew, seed } = input;
  const requests = prompts.flatMap((prompt, p) =>
    Array.from({ length: n }, (_, i) => ({ prompt, sequence: p * n + i })),
  );
  const capacity = {
    slots: Math.min(MOST_SLOTS, requests.length),
    promptTokens: Math.max(...prompts.map((prompt) => prompt.length)),
    newTokens: maxNew,
  };
  const open = (model: Model) => Sampler.create(model, capacity, ends);
  await assertFits(device, (counting) => open(openModel(counting, config)));
  const model = openModel(device, config);
  loadWeights(model, tensors);
  const sampler = await open(model);
  const options = { temperature, topK: input.top_k ?? 0, topP: input.top_p ?? 1, minP: input.min_p ?? 0, maxNew, seed };
  const completions = await sampler.generate(requests, options);
  sampler.destroy();
  model.destroy();
  const byPrompt = <T>(pick: (completion: (typeof completions)[number]) => T) =>
    prompts.map((_, p) => completions.slice(p * n, (p + 1) * n).map(pick));
  return { completions: byPrompt(({ ids }) => [...ids]), logprobs: byPrompt(({ logprobs }) => [...logprobs]) };
}
