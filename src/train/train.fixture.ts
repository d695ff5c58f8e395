/** Fixture for training tests: a model of a few thousand parameters, both trainers, and a batch for each. */
import type { Device } from '../gpu/device';
import { parseModelConfig } from '../model/config';
import { loadWeights, openModel as openWeights, withGradients, withReference } from '../model/model';
import { initialTensors, parameterTable } from '../model/parameters';
import type { BatchCapacity } from './batch';
import { lossByName } from './losses/index';
import { type LossOptions, lossOptionsOf } from './losses/policyLoss';
import { adamw } from './optimizers/adamw';
import type { OptimizerArenas } from './optimizers/optimizer';
import { type PolicyExample, PolicyTrainer } from './policy';
import { type Example, SupervisedTrainer } from './supervised';

export const config = parseModelConfig({
  vocab_size: 19,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 24,
  tie_word_embeddings: true,
});
export const table = parameterTable(config);
export const examples: Example[] = [
  { ids: [1, 5, 9, 3, 2], mask: [0, 0, 1, 1, 1] },
  { ids: [7, 7, 18], mask: [0, 1, 1] },
];
/** AdamW as the recipes of the lab have it, without weight decay. */
export const openAdamW = (device: Device, arenas: OptimizerArenas) =>
  adamw.create(
    device,
    arenas,
    { weightDecay: 0, decay: 'matrices', maxGradNorm: 1 },
    { beta1: 0.9, beta2: 0.95, eps: 1e-8 },
  );
export const lossOptions: LossOptions = lossOptionsOf(lossByName('grpo'), { beta: 0.05, gamma: 0.02 }, 8);

interface Opened extends Partial<BatchCapacity> {
  readonly lossType?: string;
  readonly options?: Partial<LossOptions>;
  /** Planes of the gradient arena. */
  readonly planes?: number;
}

export async function openModel(
  device: Device,
  { lossType = 'grpo', options = {}, planes = 1, ...given }: Opened = {},
) {
  const model = withReference(withGradients(openWeights(device, config), planes));
  const { weights, gradients, reference } = model;
  loadWeights(model, initialTensors(table, 0.3, 1));
  reference.load(initialTensors(table, 0.3, 2));
  const optimizer = await openAdamW(device, model);
  const capacity = { tokens: 64, longest: 8, ...given };
  const supervised = await SupervisedTrainer.create(model, optimizer, capacity);
  const policyOptions = { ...lossOptions, loss: lossByName(lossType), ...options };
  const policy = await PolicyTrainer.create(model, optimizer, capacity, policyOptions, 0.9);
  return { weights, gradients, supervised, policy };
}

export const policyExamples = (old: Float32Array | null, of: readonly Example[] = examples): PolicyExample[] =>
  of.map(({ ids }, i) => ({
    ids,
    promptLength: 2,
    advantage: i === 0 ? 0.8 : -1.1,
    weight: 1 / of.length / (ids.length - 2),
    old: old?.slice(0, ids.length - 2) ?? null,
  }));
