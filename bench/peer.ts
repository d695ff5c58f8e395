/**
 * The lab as a peer among others: one training step, one batch of rollouts and one matrix product behind the few calls that
 * a head-to-head benchmark makes. Runs wherever `navigator.gpu` is, in Node or in a page.
 */
import type { Device } from '../src/gpu/device';
import { whole } from '../src/gpu/device';
import { openWebGpuDevice } from '../src/gpu/webgpu';
import { matmul } from '../src/kernels/matmul';
import { type PhiConfig, parsePhiConfig } from '../src/model/config';
import { Arena, parameterTable } from '../src/model/parameters';
import { Optimizer } from '../src/train/optimizer';
import { Sampler } from '../src/train/rollout';
import { SupervisedTrainer } from '../src/train/supervised';

/** A model's shape as the benchmark names it. */
interface PeerConfig {
  readonly n_layer: number;
  readonly d_model: number;
  readonly n_head: number;
  readonly n_kv_head: number;
  readonly d_ff: number;
  readonly vocab: number;
  readonly eps: number;
  readonly theta: number;
  readonly batch: number;
  readonly seq: number;
}
type PeerWeights = Readonly<Record<string, Float32Array>>;

/** AdamW as every peer of the benchmark runs it. */
const ADAMW = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1, decay: 'all', maxGradNorm: null } as const;
const LEARNING_RATE = 1e-3;
/** No token: rollouts run to their full length. */
const NO_END = 0xffffffff;

const configOf = (c: PeerConfig): PhiConfig =>
  parsePhiConfig({
    vocab_size: c.vocab,
    hidden_size: c.d_model,
    num_hidden_layers: c.n_layer,
    num_attention_heads: c.n_head,
    num_key_value_heads: c.n_kv_head,
    intermediate_size: c.d_ff,
    rms_norm_eps: c.eps,
    rope_theta: c.theta,
    tie_word_embeddings: false,
  });

function loadWeights(device: Device, config: PhiConfig, given: PeerWeights): Arena {
  const table = parameterTable(config);
  const weights = new Arena(device, table, 'weights');
  weights.load(new Map(table.specs.map(({ name, shape }) => [name, { shape, data: given[name] as Float32Array }])));
  return weights;
}

export async function createPeer() {
  let device: Device;
  return {
    name: 'groupthink',
    version: 'this checkout',
    gpu: true,
    notes: 'the lab itself',

    async init() {
      const adapter = await navigator.gpu.requestAdapter();
      if (!adapter) throw new Error('no WebGPU adapter');
      device = await openWebGpuDevice(adapter);
    },

    /** C = A·B of N×N; `run` resolves when the device is idle. */
    async matmul(n: number, a: Float32Array, b: Float32Array) {
      const made = [a, b, new Float32Array(n * n)].map((data, i) => {
        const buffer = device.createBuffer('abc'.charAt(i), data.byteLength);
        device.write(buffer, data);
        return buffer;
      });
      const [A, B, C] = made.map(whole) as [
        ReturnType<typeof whole>,
        ReturnType<typeof whole>,
        ReturnType<typeof whole>,
      ];
      const sequence = await device.prepare([
        {
          label: 'product',
          kernel: matmul,
          constants: matmul.constants,
          bindings: { a: A, b: B, addend: A, c: C },
          params: { m: n, n, k: n, accumulate: 0, add: 0 },
        },
      ]);
      return {
        async run() {
          device.submit([{ sequence }]);
          await device.idle();
        },
        read: async () => new Float32Array((await device.read([C]))[0] as ArrayBuffer),
        dispose() {
          sequence.destroy();
          for (const buffer of made) buffer.destroy();
        },
      };
    },

    /** `step` takes [batch, seq] inputs and the tokens that follow them, and resolves to the loss. */
    async trainer(c: PeerConfig, given: PeerWeights) {
      const config = configOf(c);
      const weights = loadWeights(device, config, given);
      const gradients = new Arena(device, weights.table, 'gradients');
      const optimizer = await Optimizer.create(device, weights, gradients, ADAMW);
      const capacity = { tokens: c.batch * c.seq, longest: c.seq + 1 };
      const trainer = await SupervisedTrainer.create(device, config, weights, gradients, optimizer, capacity);
      const mask = [0, ...new Array<number>(c.seq).fill(1)];
      return {
        async step(tokens: Int32Array, targets: Int32Array) {
          const examples = Array.from({ length: c.batch }, (_, b) => ({
            ids: [...tokens.subarray(b * c.seq, (b + 1) * c.seq), targets[(b + 1) * c.seq - 1] as number],
            mask,
          }));
          const { loss } = await trainer.step(examples, LEARNING_RATE);
          await device.idle();
          return loss;
        },
        dispose() {
          for (const thing of [trainer, optimizer, gradients, weights]) thing.destroy();
        },
      };
    },

    /** `run` takes prompts [rollouts, prompt] and resolves to tokens [rollouts, gen], sampled at temperature 1. */
    async generator(c: PeerConfig, given: PeerWeights, shape: { rollouts: number; prompt: number; gen: number }) {
      const config = configOf(c);
      const weights = loadWeights(device, config, given);
      const capacity = { slots: shape.rollouts, promptTokens: shape.prompt, newTokens: shape.gen };
      const sampler = await Sampler.create(device, config, weights, capacity, NO_END);
      return {
        kvCache: true,
        async run(prompts: Int32Array, seed: number) {
          const requests = Array.from({ length: shape.rollouts }, (_, sequence) => ({
            prompt: [...prompts.subarray(sequence * shape.prompt, (sequence + 1) * shape.prompt)],
            sequence,
          }));
          const options = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: shape.gen, seed };
          const completions = await sampler.generate(requests, options);
          return Int32Array.from(completions.flatMap(({ ids }) => ids));
        },
        dispose() {
          sampler.destroy();
          weights.destroy();
        },
      };
    },
  };
}
