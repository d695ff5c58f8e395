/** A saved model answering: samples of one prompt, and independent evaluation runs on a task. */
import type { SavedModel } from '../checkpoint/model';
import { heldOutProblems } from '../data/problems';
import { type Accuracy, measureAccuracy } from '../eval/accuracy';
import type { Device } from '../gpu/device';
import { Arena, parameterTable } from '../model/parameters';
import { mean, standardDeviation } from '../stats';
import type { Task } from '../tasks/task';
import { type Completion, Sampler, type SamplingOptions } from '../train/rollout';

async function openSampler(device: Device, model: SavedModel, slots: number, promptTokens: number, newTokens: number) {
  const weights = new Arena(device, parameterTable(model.config), 'weights');
  weights.load(model.tensors, 'model.safetensors');
  const capacity = { slots, promptTokens, newTokens };
  const sampler = await Sampler.create(device, model.config, weights, capacity, model.tokenizer.special.end);
  return {
    sampler,
    close() {
      sampler.destroy();
      weights.destroy();
    },
  };
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
  const { sampler, close } = await openSampler(device, model, Math.min(count, 256), ids.length, options.maxNew);
  const requests = Array.from({ length: count }, (_, sequence) => ({ prompt: ids, sequence }));
  const completions = await sampler.generate(requests, options);
  close();
  return completions.map((completion) => ({ ...completion, text: model.tokenizer.decode(completion.ids) }));
}

export interface EvaluationOptions {
  readonly level: number;
  readonly problems: number;
  readonly runs: number;
  readonly temperature: number;
  readonly maxNew: number;
  readonly seed: number;
}

export interface EvaluationReport {
  readonly runs: readonly Accuracy[];
  readonly accuracy: { readonly mean: number; readonly sd: number };
  readonly mean_length: number;
  readonly truncated: number;
}

/** R independent runs over the same held-out problems: run r draws with seed + r. */
export async function evaluateModel(
  device: Device,
  model: SavedModel,
  task: Task,
  options: EvaluationOptions,
): Promise<EvaluationReport> {
  const { level, problems: count, temperature, maxNew, seed } = options;
  const problems = heldOutProblems(task, level, count, seed);
  const promptTokens = task.longestPrompt(level) + model.tokenizer.chatPrompt('').length;
  const { sampler, close } = await openSampler(device, model, Math.min(256, problems.length), promptTokens, maxNew);
  const runs: Accuracy[] = [];
  for (let r = 0; r < options.runs; r++)
    runs.push(
      await measureAccuracy(
        (requests, sampling) => sampler.generate(requests, { ...sampling, topK: 0, topP: 1, minP: 0, maxNew }),
        task,
        model.tokenizer,
        problems,
        { temperature, seed: (seed + r) >>> 0 },
      ),
    );
  close();
  const accuracies = runs.map(({ accuracy }) => accuracy);
  return {
    runs,
    accuracy: { mean: mean(accuracies), sd: standardDeviation(accuracies) },
    mean_length: mean(runs.map(({ meanLength }) => meanLength)),
    truncated: mean(runs.map(({ truncated }) => truncated)),
  };
}
