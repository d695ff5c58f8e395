/** Plain TypeScript on one core: what a machine without a GPU would do, and whether a GPU is worth its trouble. */
import { random } from '../../src/random';
import type { ModelConfig, RolloutShape, Weights } from '../works/model';
import type { Generator, Peer, Product, ProductShape } from './peer';
import { PlainDecoder } from './plainDecoder';
import { PlainModel } from './plainModel';
import { multiplyTransposed, transposed } from './plainProduct';

export function plain(): Peer {
  return {
    who: 'plain',
    gpu: false,
    async open() {},
    product: async (shape, a, b) => openProduct(shape, a, b),
    async trainer(config, weights) {
      const model = new PlainModel(config, weights);
      return {
        step: async ({ tokens, targets, sequences, length }) => model.step(tokens, targets, sequences, length),
        dispose() {},
      };
    },
    generator: async (config, weights, shape) => openGenerator(config, weights, shape),
  };
}

/** Turning the operands is part of the time, as it is in training. */
function openProduct({ m, n, k, transposeA, transposeB }: ProductShape, a: Float32Array, b: Float32Array): Product {
  const c = new Float32Array(m * n);
  return {
    async run(times) {
      for (let time = 0; time < times; time++)
        multiplyTransposed(transposeA ? transposed(a, k, m) : a, transposeB ? b : transposed(b, k, n), c, { m, n, k });
    },
    read: async () => c,
    dispose() {},
  };
}

function openGenerator(config: ModelConfig, weights: Weights, shape: RolloutShape): Generator {
  const { sequences: S, promptTokens: P, newTokens: N } = shape;
  const { V } = config;
  return {
    async run(prompts, seed) {
      const decoder = new PlainDecoder(config, weights, S, P + N);
      const stream = random(seed, 'bench', 'plain');
      const ids = new Int32Array(S * N);
      const logprobs = new Float32Array(S * N);
      const column = (from: Int32Array, width: number, t: number) =>
        Int32Array.from({ length: S }, (_, s) => from[s * width + t]!);
      for (let t = 0; t < P + N - 1; t++) {
        const tokens = t < P ? column(prompts, P, t) : column(ids, N, t - P);
        const logits = decoder.step(tokens, t);
        for (let s = 0; t >= P - 1 && s < S; s++) {
          const at = s * N + t - P + 1;
          const drawn = draw(logits.subarray(s * V, (s + 1) * V), stream.next());
          ids[at] = drawn.token;
          logprobs[at] = drawn.logprob;
        }
      }
      return { ids, logprobs };
    },
    dispose() {},
  };
}

/** A token by its share of softmax(logits). @param uniform in [0, 1) */
export function draw(logits: Float32Array, uniform: number): { token: number; logprob: number } {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  let token = 0;
  for (let left = uniform * total; token < logits.length - 1; token++) {
    left -= Math.exp(logits[token]! - most);
    if (left < 0) break;
  }
  return { token, logprob: logits[token]! - most - Math.log(total) };
}
