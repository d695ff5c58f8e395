/**
 * Records the smallest training that uses every kernel of a recipe, on the CPU reference: a few decoded tokens, an SFT step and
 * two policy steps of a model with one block and the recipe's widths. Each record has the buffers before and after a dispatch.
 */
import { rowsOf } from '../../../data/packing';
import { type CpuOptions, openCpuDevice } from '../../../gpu/cpu';
import type { Device } from '../../../gpu/device';
import { loadWeights, openModel, withGradients, withReference } from '../../../model/model';
import { initialTensors } from '../../../model/parameters';
import { random } from '../../../random';
import { Sampler } from '../../../train/rollout';
import { storageCost } from '../../../train/storageCost';
import type { Recipe } from '../../recipe/recipe';
import type { Session } from '../session';
import { openPolicy, openSupervised, type StageParts } from '../stages';
import { type Trial, writtenBy } from './trials';

/** Sequence lengths in tokens: enough for two row blocks in the gradients of norms. Wide models use shorter ones to save time. */
const LENGTHS = [17, 14, 9];
const FEW_LENGTHS = [6, 4];
/** Number of parameters per block from which on a model is wide. */
const WIDE = 5e5;
const PROMPT = 3;
/** Decoded tokens of each sequence: the cache is read at as many positions. */
const NEW_TOKENS = 8;
/** Large against the tolerance of AdamW, small enough for ratios near 1. */
const LEARNING_RATE = 0.01;

/**
 * Number of recordings per dispatch: the first, when the output buffer still has other numbers, and the second, when caches
 * and moments are not empty.
 */
const OCCURRENCES = 2;

function recorder(): { trials: Trial[]; observe: NonNullable<CpuOptions['observe']> } {
  const trials: Trial[] = [];
  const seen = new Map<string, number>();
  return {
    trials,
    observe({ label, kernel, constants }, params, buffers) {
      const key = JSON.stringify([kernel.name, constants, params]);
      const times = seen.get(key) ?? 0;
      seen.set(key, times + 1);
      if (times >= OCCURRENCES) return () => {};
      const copies = (names: readonly string[]) =>
        Object.fromEntries(names.map((name) => [name, buffers[name]!.slice()]));
      const before = copies(Object.keys(kernel.bindings));
      return () => trials.push({ label, kernel, constants, params, before, after: copies(writtenBy(kernel)) });
    },
  };
}

/** Parts of a session that decide which kernels a run uses. */
export type TrialSetup = Pick<Session, 'device' | 'model' | 'recipe' | 'lengths' | 'tokenizer'>;

/** CPU reference that selects the same kernels as the session's device. */
const referenceDevice = ({ device }: TrialSetup, observe: CpuOptions['observe']): Device => ({
  ...openCpuDevice({ f16: device.f16, ...(observe && { observe }) }),
  measures: false,
  name: device.name,
  tuningCache: device.tuningCache,
  software: device.software,
  supports: device.supports,
});

function openParts(session: TrialSetup, device: Device): StageParts & { destroy(): void } {
  const { recipe, lengths, model: whole } = session;
  const config = { ...whole.config, num_hidden_layers: 1 };
  const owned: { destroy(): void }[] = [];
  const own: Session['own'] = (thing) => {
    owned.push(thing);
    return thing;
  };
  const options = { precision: recipe.precision, architecture: whole.architecture };
  const model = own(withReference(withGradients(openModel(device, config, options), whole.gradients.planes)));
  // activations, logits and gradients are of size 1, so that errors are visible
  const deviation = 2 / Math.sqrt(config.hidden_size);
  loadWeights(model, initialTensors(model.table, deviation, 1));
  model.reference.load(initialTensors(model.table, deviation, 2));
  const destroy = () => {
    for (const thing of owned) thing.destroy();
  };
  return { model, recipe, lengths, own, destroy };
}

/** The recipe by AdamW: Newton–Schulz on wide matrices takes minutes in plain loops. Muon's kernels have cases of their own. */
const byAdamW = (recipe: Recipe): Recipe => ({
  ...recipe,
  sft: { ...recipe.sft, optimizer: 'adamw' },
  grpo: { ...recipe.grpo, optimizer: 'adamw' },
});

/** Records the training. @returns the dispatches, each at most twice */
export async function recordTrials(session: TrialSetup): Promise<Trial[]> {
  const { recipe, lengths, tokenizer } = session;
  const { trials, observe } = recorder();
  const parts = openParts(session, referenceDevice(session, observe));
  const { model } = parts;
  const { config } = model;
  const blockParameters = model.table.count - config.vocab_size * config.hidden_size;
  const training = blockParameters < WIDE ? parts : { ...parts, recipe: byAdamW(recipe) };
  const stream = random(1, 'self-test');
  const sequences = (blockParameters < WIDE ? LENGTHS : FEW_LENGTHS).map((length) =>
    Array.from({ length: Math.min(length, lengths.longest) }, () => stream.integer(0, config.vocab_size - 1)),
  );
  const tokens = sequences.reduce((sum, ids) => sum + rowsOf(ids), 0);
  const capacity = { tokens, longest: lengths.longest, recompute: recipe.memory.recompute };

  const decoding = { slots: sequences.length, promptTokens: lengths.prompt, newTokens: lengths.completion };
  const sampler = parts.own(await Sampler.create(model, decoding, [tokenizer.special.end]));
  const requests = sequences.map((ids, sequence) => ({ prompt: ids.slice(0, PROMPT + sequence), sequence }));
  const { temperature, topK, topP, minP } = recipe.grpo;
  const maxNew = Math.min(NEW_TOKENS, lengths.completion);
  await sampler.generate(requests, { temperature, topK, topP, minP, maxNew, seed: 1 });
  await sampler.generate(requests, { temperature: 0, topK: 0, topP: 1, minP: 0, maxNew, seed: 1 });

  const supervised = await openSupervised(training, capacity);
  const examples = sequences.map((ids) => ({ ids, mask: ids.map((_, t) => (t < PROMPT ? 0 : 1)) }));
  await supervised.trainer.step(examples, LEARNING_RATE);
  // the cost of f16 runs kernels in f16 and in f32
  if (model.working !== model.weights) await storageCost(model, { examples, capacity });

  const policy = await openPolicy(training, capacity);
  const completions = sequences.map((ids, i) => ({
    ids,
    promptLength: PROMPT,
    advantage: i % 2 === 0 ? 0.8 : -1.1,
    weight: 1,
    old: null,
    sampler: Float32Array.from(ids.slice(PROMPT), () => -4),
  }));
  const { stats } = await policy.trainer.step(completions, LEARNING_RATE, 1);
  const again = completions.map((completion, i) => ({ ...completion, old: stats[i]!.logprobs }));
  await policy.trainer.step(again, LEARNING_RATE, 1);
  policy.referenceSync?.stepEnded(recipe.grpo.referenceSync);
  parts.destroy();
  return trials;
}
