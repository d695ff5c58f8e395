/** A saved model answering: samples of one prompt, independent evaluation runs on a task, and the pass rates of a pool. */

import { type CleaningOptions, clean, cleaningWords, type EvaluationSet } from '../../data/curation/cleaning';
import { type Band, choose, type Selection } from '../../data/curation/selection';
import type { TaskProblem } from '../../data/problems';
import { answerProblems, type Generate } from '../../eval/accuracy';
import { measurePassRates } from '../../eval/passRate';
import type { EvaluationRun } from '../../eval/report';
import type { SavedModel } from '../../formats/model';
import type { Device } from '../../gpu/device';
import type { DecodeCapacity } from '../../model/decodeState';
import { loadWeights, type Model, openModel } from '../../model/model';
import { hash, random } from '../../random';
import { sentence } from '../../reason';
import type { Problem, Task } from '../../tasks/task';
import { MOST_SLOTS, Sampler } from '../../train/rollout';
import type { Completion, SamplingOptions } from '../../train/sampling';
import { assertFits } from '../run/fits';

/** A sampler of a saved model. */
export interface OpenedSampler {
  readonly sampler: Sampler;
  destroy(): void;
}

/** Numbers of a model from which a sampling of one prompt takes longer than measurements of its kernels. */
const MEASURED_FROM = 20e6;

/** Device for a few samples: a small model answers before its kernels are measured. It still takes what the tuning cache knows. */
export function answeringDevice(device: Device, { tensors }: Pick<SavedModel, 'tensors'>): Device {
  let numbers = 0;
  for (const { data } of tensors.values()) numbers += data.length;
  return numbers < MEASURED_FROM ? { ...device, measures: false } : device;
}

/** Loads the model and opens its sampler. @throws SizeError if the device cannot hold them */
export async function openSaved(device: Device, saved: SavedModel, capacity: DecodeCapacity): Promise<OpenedSampler> {
  const open = (model: Model) => Sampler.create(model, capacity, saved.ends ?? [saved.tokenizer.special.end]);
  await assertFits(device, (counting) => open(openModel(counting, saved.config)));
  const model = openModel(device, saved.config);
  try {
    loadWeights(model, saved.tensors, 'model.safetensors');
    const sampler = await open(model);
    return {
      sampler,
      destroy() {
        sampler.destroy();
        model.destroy();
      },
    };
  } catch (error) {
    model.destroy();
    throw error;
  }
}

/** Works with a sampler of the model, which lasts as long as the work. */
async function withSampler<T>(
  device: Device,
  saved: SavedModel,
  capacity: DecodeCapacity,
  work: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  const opened = await openSaved(device, saved, capacity);
  try {
    return await work(opened.sampler);
  } finally {
    opened.destroy();
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
  const completions = await withSampler(answeringDevice(device, model), model, capacity, (sampler) =>
    sampler.generate(requests, options),
  );
  return completions.map((completion) => ({ ...completion, text: model.tokenizer.decode(completion.ids) }));
}

/** Work with completions of the model over the whole vocabulary. */
function withGenerate<T>(
  device: Device,
  model: SavedModel,
  prompts: readonly string[],
  answers: number,
  maxNew: number,
  work: (generate: Generate) => Promise<T>,
  onEnded?: (count: number) => void,
): Promise<T> {
  const capacity = {
    slots: Math.min(MOST_SLOTS, answers),
    promptTokens: Math.max(...prompts.map((prompt) => model.tokenizer.chatPrompt(prompt).length)),
    newTokens: maxNew,
  };
  return withSampler(device, model, capacity, (sampler) =>
    work((requests, sampling) =>
      sampler.generate(requests, { ...sampling, topK: 0, topP: 1, minP: 0, maxNew }, onEnded),
    ),
  );
}

export interface EvaluationOptions {
  readonly temperature: number;
  readonly maxNew: number;
  readonly seed: number;
}

/** Seed of a run's random numbers; runs of other seeds share none of them. @param run from 1 */
const runSeed = (seed: number, run: number): number => hash(seed, 'evaluation run', run);

/**
 * Independent runs over the same problems, up to run `count`.
 * @param finished runs that there are already: the others follow them as if none had been
 * @param onRun receives each run when it ends
 * @param onAnswers receives the number of answers of the current run, after each readback
 */
export async function evaluationRuns(
  device: Device,
  model: SavedModel,
  task: Task,
  problems: readonly Problem[],
  count: number,
  { temperature, maxNew, seed }: EvaluationOptions,
  finished: readonly EvaluationRun[] = [],
  onRun: (run: EvaluationRun) => void = () => {},
  onAnswers?: (count: number) => void,
): Promise<EvaluationRun[]> {
  const runs = finished.slice(0, count);
  if (runs.length === count) return runs;
  const prompts = problems.map(({ prompt }) => prompt);
  const work = async (generate: Generate) => {
    for (let run = runs.length + 1; run <= count; run++) {
      const sampling = { temperature, seed: runSeed(seed, run) };
      const answers = await answerProblems(generate, task, model.tokenizer, problems, sampling);
      runs.push({ run, seed: sampling.seed, answers });
      onRun(runs.at(-1)!);
    }
  };
  await withGenerate(device, model, prompts, prompts.length, maxNew, work, onAnswers);
  return runs;
}

export interface PoolOptions extends CleaningOptions, Band, EvaluationOptions {
  readonly select: Selection;
  /** k, answers to each problem. */
  readonly samples: number;
}

/** A problem of a pool with what became of it. */
export interface Curated {
  readonly problem: TaskProblem;
  /** Null where it was left out before anything was measured. */
  readonly passRate: number | null;
  readonly kept: boolean;
  readonly reason: string;
}

/** Cleans a pool, has the model answer what is left, and selects: every problem with its reason, in the pool's order. */
export async function curatePool(
  device: Device,
  model: SavedModel,
  pool: readonly TaskProblem[],
  evaluations: readonly EvaluationSet[],
  options: PoolOptions,
): Promise<Curated[]> {
  const { kept, removed } = clean(pool, evaluations, options);
  const outcome = new Map<TaskProblem, Curated>(
    removed.map(({ problem, reason }) => [
      problem,
      { problem, passRate: null, kept: false, reason: sentence(cleaningWords, reason) },
    ]),
  );
  if (kept.length > 0) {
    const prompts = kept.map(({ problem }) => problem.prompt);
    const sampling = { temperature: options.temperature, seed: hash(options.seed, 'pass rates', 0) };
    const rates = await withGenerate(
      device,
      model,
      prompts,
      kept.length * options.samples,
      options.maxNew,
      (generate) => measurePassRates(generate, model.tokenizer, kept, options.samples, sampling),
    );
    const rated = kept.map((problem, i) => ({ problem, passRate: rates[i]! }));
    for (const chosen of choose(rated, options.select, options, random(options.seed, 'curation', 0)))
      outcome.set(chosen.problem, chosen);
  }
  return pool.map((problem) => outcome.get(problem)!);
}
