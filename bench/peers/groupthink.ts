/** The lab as a peer. Runs wherever `navigator.gpu` exists, in Node or in a page. */
import type { Device } from '../../src/gpu/device';
import { whole } from '../../src/gpu/device';
import { openTuningCache } from '../../src/gpu/tuningCache';
import { openWebGpuDevice, type WebGpuOptions } from '../../src/gpu/webgpu';
import {
  chosenVariant,
  measureProduct,
  type Orientation,
  orientationConstants,
} from '../../src/graph/variants/products';
import { parseRecipe } from '../../src/lab/recipe/recipe';
import { run } from '../../src/lab/run/run';
import { Session } from '../../src/lab/run/session';
import { loadWeights, type Model, openModel, withGradients } from '../../src/model/model';
import { adamw } from '../../src/train/optimizers/adamw';
import { Sampler } from '../../src/train/rollout';
import { SupervisedTrainer } from '../../src/train/supervised';
import { boundBytes, kernelCosts, leastTrainingBytes } from '../costs';
import { recording } from '../recording';
import type { Facts } from '../rows';
import {
  type Batch,
  type BatchShape,
  type ModelConfig,
  modelConfigOf,
  type RolloutShape,
  type Weights,
} from '../works/model';
import { ADAMW, type Generator, type GrpoRun, type Peer, type Product, type ProductShape, type Trainer } from './peer';

/** A tuning cache that lasts for this process only. */
const inMemory = () => openTuningCache({ load: async () => '', append: async () => {} });

/** The lab as a peer. @param options `wait`, if the caller does not wait for the GPU itself */
export function groupthink(options: WebGpuOptions = {}): Required<Peer> {
  let device: Device;
  return {
    who: 'groupthink',
    gpu: true,
    async open() {
      const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
      if (!adapter) throw new Error('no WebGPU adapter');
      device = await openWebGpuDevice(adapter, { openTuningCache: inMemory, ...options });
    },
    product: (shape, a, b) => openProduct(device, shape, a, b),
    trainer: (config, weights, shape) => openTrainer(device, config, weights, shape),
    generator: (config, weights, shape) => openGenerator(device, config, weights, shape),
    grpo: async (config) => openGrpo(device, config),
  };
}

function openLoaded(device: Device, config: ModelConfig, given: Weights): Model {
  const model = openModel(device, modelConfigOf(config));
  loadWeights(model, new Map(model.table.specs.map(({ name, shape }) => [name, { shape, data: given[name]! }])));
  return model;
}

async function openProduct(device: Device, shape: ProductShape, a: Float32Array, b: Float32Array): Promise<Product> {
  const { m, n, k, transposeA, transposeB } = shape;
  const filled = (label: string, data: Float32Array) => {
    const buffer = device.createBuffer(label, data.byteLength);
    device.write(buffer, data);
    return buffer;
  };
  const made = [filled('a', a), filled('b', b), device.createBuffer('c', m * n * 4)];
  const [A, B, C] = [whole(made[0]!), whole(made[1]!), whole(made[2]!)];
  const orientation: Orientation = transposeA ? 'dw' : transposeB ? 'forward' : 'dx';
  const asked = { orientation, m, n, k, stored: 'f32' } as const;
  await measureProduct(device, asked);
  const kernel = chosenVariant(device, asked);
  const sequence = await device.prepare([
    {
      label: 'product',
      kernel,
      constants: orientationConstants[orientation],
      bindings: { a: A, b: B, addend: A, c: C },
      params: { m, n, k, accumulate: 0, add: 0, splits: 1, stride: 0 },
    },
  ]);
  return {
    async run(times) {
      device.submit([{ sequence, repeat: times }]);
      await device.idle();
    },
    read: async () => new Float32Array((await device.read([C]))[0]!),
    dispose() {
      for (const thing of [sequence, ...made]) thing.destroy();
    },
  };
}

async function openTrainer(
  opened: Device,
  config: ModelConfig,
  given: Weights,
  { sequences, length }: BatchShape,
): Promise<Trainer> {
  const { device, take } = recording(opened);
  opened.forgetPeak();
  const before = opened.counters.bytesLive;
  const model = withGradients(openLoaded(device, config, given));
  const { learningRate, beta1, beta2, eps, weightDecay } = ADAMW;
  const common = { weightDecay, decay: 'all', maxGradNorm: null } as const;
  const optimizer = await adamw.create(device, model, common, { beta1, beta2, eps });
  const tokens = sequences * length;
  const capacity = { tokens, longest: length + 1 };
  const trainer = await SupervisedTrainer.create(model, optimizer, capacity);
  return {
    async step(batch) {
      take();
      const { loss } = await trainer.step(examplesOf(batch), learningRate);
      await device.idle();
      return loss;
    },
    async facts(): Promise<Facts> {
      const runs = take();
      const kernels = kernelCosts(runs, await opened.profile(runs));
      return {
        bytes_moved: kernels.reduce((sum, { bytes }) => sum + bytes, 0),
        bytes_least: leastTrainingBytes(config, tokens),
        peak_bytes: opened.counters.bytesPeak - before,
        plan_bytes: boundBytes(runs),
        kernels,
      };
    },
    dispose() {
      for (const thing of [trainer, optimizer, model]) thing.destroy();
    },
  };
}

/** Every token but the first of a sequence is a target. */
const examplesOf = ({ sequences, length, tokens, targets }: Batch) =>
  Array.from({ length: sequences }, (_, s) => ({
    ids: [...tokens.subarray(s * length, (s + 1) * length), targets[(s + 1) * length - 1]!],
    mask: [0, ...new Array<number>(length).fill(1)],
  }));

async function openGenerator(
  device: Device,
  config: ModelConfig,
  given: Weights,
  { sequences, promptTokens, newTokens }: RolloutShape,
): Promise<Generator> {
  const model = openLoaded(device, config, given);
  const capacity = { slots: sequences, promptTokens, newTokens };
  const sampler = await Sampler.create(model, capacity, []); // no end token: rollouts run to their full length
  return {
    async run(prompts, seed) {
      const requests = Array.from({ length: sequences }, (_, sequence) => ({
        prompt: [...prompts.subarray(sequence * promptTokens, (sequence + 1) * promptTokens)],
        sequence,
      }));
      const options = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: newTokens, seed };
      const completions = await sampler.generate(requests, options);
      return {
        ids: Int32Array.from(completions.flatMap(({ ids }) => ids)),
        logprobs: Float32Array.from(completions.flatMap(({ logprobs }) => [...logprobs])),
      };
    },
    dispose() {
      sampler.destroy();
      model.destroy();
    },
  };
}

/** A run of the lab without SFT, pulled from one GRPO step to the next. */
function openGrpo(device: Device, { L, C, H, K, F }: ModelConfig): GrpoRun {
  const recipe = parseRecipe({
    task: { name: 'parity', level: 12 },
    model: { layers: L, width: C, heads: H, kvHeads: K, ffn: F },
    sft: { steps: 0 },
    grpo: { steps: 100_000 },
    evaluation: { problems: 1 },
  });
  const session = new Session(device, recipe);
  const events = run(session);
  let tokens = 0;
  return {
    async step() {
      for (;;) {
        const { value: event, done } = await events.next();
        if (done || !event) throw new Error('the run ended before its GRPO step');
        if (event.type !== 'grpo') continue;
        const before = tokens;
        tokens = event.metrics.num_tokens!;
        return tokens - before;
      }
    },
    async dispose() {
      await events.return();
      session.destroy();
    },
  };
}
