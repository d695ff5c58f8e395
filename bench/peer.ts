/**
 * The lab behind the calls of a benchmark of WebGPU libraries: a training step, a batch of rollouts, a square matrix product.
 * peers/groupthink.ts implements them. Bundled with `.wgsl` files as text it runs wherever `navigator.gpu` exists.
 */
import { waitWithoutBlocking } from '../src/gpu/waitWithoutBlocking';
import { groupthink } from './peers/groupthink';
import type { ModelConfig, Weights } from './works/model';

/** Model shape and batch, in the names of that benchmark. */
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

const modelOf = (c: PeerConfig): ModelConfig => ({
  L: c.n_layer,
  C: c.d_model,
  H: c.n_head,
  K: c.n_kv_head,
  D: c.d_model / c.n_head,
  F: c.d_ff,
  V: c.vocab,
  eps: c.eps,
  theta: c.theta,
});

export async function createPeer() {
  const peer = groupthink(typeof process === 'undefined' ? {} : { wait: waitWithoutBlocking });
  return {
    name: 'groupthink',
    version: 'this checkout',
    gpu: true,
    notes: 'the lab itself',
    init: peer.open,

    /** C = A·B of N×N; `run` resolves when the device is idle. */
    async matmul(n: number, a: Float32Array, b: Float32Array) {
      const product = await peer.product({ m: n, n, k: n, transposeA: false, transposeB: false }, a, b);
      return { ...product, run: () => product.run(1) };
    },

    /** `step` takes [batch, seq] inputs and the tokens that follow them, and resolves to the loss. */
    async trainer(c: PeerConfig, weights: Weights) {
      const shape = { sequences: c.batch, length: c.seq };
      const trainer = await peer.trainer(modelOf(c), weights, shape);
      return {
        step: (tokens: Int32Array, targets: Int32Array) => trainer.step({ ...shape, tokens, targets }),
        dispose: trainer.dispose,
      };
    },

    /** `run` takes prompts [rollouts, prompt] and resolves to tokens [rollouts, gen], sampled at temperature 1. */
    async generator(c: PeerConfig, weights: Weights, shape: { rollouts: number; prompt: number; gen: number }) {
      const { rollouts: sequences, prompt: promptTokens, gen: newTokens } = shape;
      const generator = await peer.generator(modelOf(c), weights, { sequences, promptTokens, newTokens });
      return {
        kvCache: true,
        run: async (prompts: Int32Array, seed: number) => (await generator.run(prompts, seed)).ids,
        dispose: generator.dispose,
      };
    },
  };
}
