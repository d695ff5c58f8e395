/** A saved model answering: samples of one prompt, and independent evaluation runs on a task. */
import type { SavedModel } from '../checkpoint/model';
import { type Accuracy, measureAccuracy } from '../eval/accuracy';
import type { Device } from '../gpu/device';
import type { DecodeCapacity } from '../model/decodeState';
import { Arena, parameterTable } from '../model/parameters';
import { largestDecodingBuffer } from '../model/sizes';
import { mean, standardDeviation } from '../stats';
import type { Problem, Task } from '../tasks/task';
import { MOST_SLOTS, Sampler } from '../train/rollout';
import type { Completion, SamplingOptions } from '../train/sampling';
import { mebibytes } from '../units';

/** Work with a sampler of the model, which lasts as long as the work. */
async function withSampler<T>(
  device: Device,
  model: SavedModel,
  capacity: DecodeCapacity,
  work: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  const cache = largestDecodingBuffer(model.config, capacity, 'f32');
  if (cache > device.maxBindingBytes)
    throw new Error(
      `the cache of ${capacity.slots} completions of ${capacity.newTokens} tokens needs ${mebibytes(cache)} in one buffer; ` +
        `${device.name} binds at most ${mebibytes(device.maxBindingBytes)}`,
    );
  const weights = new Arena(device, parameterTable(model.config), 'weights');
  weights.load(model.tensors, 'model.safetensors');
  const sampler = await Sampler.create(device, model.config, weights, capacity, model.tokenizer.special.end);
  try {
    return await work(sampler);
  } finally {
    sampler.destroy();
    weights.destroy();
  }
}

export interface Answer extends Completion {
  readonly text: string;
}

/** `count` completions of one prompt, each with its own random numbers. */
export async function answerPrompt(
  device: Device,
  model: SavedModel,
  prompt: string,
  count: number,
  options: SamplingOptions,
): Promise<Answer[]> {
  const ids = model.tokenizer.chatPrompt(prompt);
  const capacity = { slots: Math.min(count, MOST_SLOTS), promptTokens: ids.length, newTokens: options.maxNew };
  const requests = Array.from({ length: count }, (_, sequence) => ({ prompt: ids, sequence }));
  const completions = await withSampler(device, model, capacity, (sampler) => sampler.generate(requests, options));
  return completions.map((completion) => ({ ...completion, text: model.tokenizer.decode(completion.ids) }));
}

export interface EvaluationOptions {
  readonly runs: number;
  readonly temperature: number;
  readonly maxNew: number;
  readonly seed: number;
}

export interface EvaluationReport {
  readonly problems: number;
  readonly runs: readonly Accuracy[];
  readonly accuracy: { readonly mean: number; readonly sd: number };
  readonly meanLength: number;
  readonly truncated: number;
}

/** R independent runs over the same held-out problems: run r draws with seed + r. */
export async function evaluateModel(
  device: Device,
  model: SavedModel,
  task: Task,
  problems: readonly Problem[],
  { runs: count, temperature, maxNew, seed }: EvaluationOptions,
): Promise<EvaluationReport> {
  const prompts = problems.map(({ prompt }) => model.tokenizer.chatPrompt(prompt).length);
  const capacity = {
    slots: Math.min(MOST_SLOTS, problems.length),
    promptTokens: Math.max(...prompts),
    newTokens: maxNew,
  };
  const runs: Accuracy[] = [];
  await withSampler(device, model, capacity, async (sampler) => {
    for (let r = 0; r < count; r++)
      runs.push(
        await measureAccuracy(
          (requests, sampling) => sampler.generate(requests, { ...sampling, topK: 0, topP: 1, minP: 0, maxNew }),
          task,
          model.tokenizer,
          problems,
          { temperature, seed: (seed + r) >>> 0 },
        ),
      );
  });
  const accuracies = runs.map(({ accuracy }) => accuracy);
  return {
    problems: problems.length,
    runs,
    accuracy: { mean: mean(accuracies), sd: standardDeviation(accuracies) },
    meanLength: mean(runs.map(({ meanLength }) => meanLength)),
    truncated: mean(runs.map(({ truncated }) => truncated)),
  };
}
