/** Fixture of the rollout tests: a model small enough to sample thousands of tokens per second. */
import type { Device } from '../gpu/device';
import { parseModelConfig } from '../model/config';
import { loadWeights, type Model, openModel } from '../model/model';
import { initialTensors } from '../model/parameters';
import { Pace } from './pace';
import { Sampler } from './rollout';
import type { SamplingOptions } from './sampling';

export const config = parseModelConfig({
  vocab_size: 23,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 40,
  partial_rotary_factor: 0.5,
});
export const END = 3;
/** Prompts of 1 to 5 tokens. */
export const prompts = [[5], [1, 2, 4, 8, 16], [7, 7, 7], [22, 0, 11, 6], [9, 14]];
export const requests = prompts.map((prompt, sequence) => ({ prompt, sequence }));
export const options: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: 20, seed: 11 };

/** Requests of 13 groups, many more than slots. Their rollouts end anywhere between the first token and the budget. */
export const many = Array.from({ length: 13 * 4 }, (_, sequence) => {
  const group = Math.floor(sequence / 4);
  return { prompt: [group, ...prompts[group % prompts.length]!].slice(0, 1 + (group % 5)), sequence };
});

export function openLoaded(device: Device): Model {
  const model = openModel(device, config);
  loadWeights(model, initialTensors(model.table, 0.25, 5));
  return model;
}

/** Opens samplers of the model. */
export const opener =
  (model: Model) =>
  (
    slots: number,
    {
      promptTokens = 5,
      newTokens = 20,
      keptSteps = 0,
      pace = new Pace(),
      on = model.device,
      ends = [END] as readonly number[],
    } = {},
  ) =>
    Sampler.create({ ...model, device: on }, { slots, promptTokens, newTokens, keptSteps }, ends, pace);
