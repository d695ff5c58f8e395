/**
 * jax-js on WebGPU at its best as we know it: one `jit` for forward, backward and AdamW, weights stored [in, out], RoPE as
 * flip and fused multiply-add, grouped queries by einsum without repeated keys. AdamW is written in its operations.
 * jax-js counts references: every use of an array but the last takes `.ref`.
 */
import {
  blockUntilReady,
  defaultDevice,
  getWebGPUDevice,
  init,
  type Array as JaxArray,
  jit,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from '@jax-js/jax';
import type { Batch, BatchShape, ModelConfig, Weights } from '../works/model';
import { openGenerator } from './jaxjsDecode';
import { causalAttention, type JaxWeights, layers, linear, rmsNorm, turnsOf, weightsOf } from './jaxjsModel';
import { ADAMW, type Peer, type Product, type ProductShape, type Trainer } from './peer';

export function jaxjs(): Peer {
  return {
    who: 'jax-js',
    gpu: true,
    async open() {
      const backends = await init('webgpu');
      if (!backends.includes('webgpu')) throw new Error(`jax-js finds no WebGPU here, only ${backends.join(', ')}`);
      defaultDevice('webgpu');
    },
    product: openProduct,
    trainer: openTrainer,
    generator: openGenerator,
  };
}

async function openProduct(shape: ProductShape, a: Float32Array, b: Float32Array): Promise<Product> {
  const { m, n, k, transposeA, transposeB } = shape;
  const x = np.array(a as Float32Array<ArrayBuffer>).reshape(transposeA ? [k, m] : [m, k]);
  const y = np.array(b as Float32Array<ArrayBuffer>).reshape(transposeB ? [n, k] : [k, n]);
  const multiply = jit((x: JaxArray, y: JaxArray) =>
    np.matmul(transposeA ? np.transpose(x) : x, transposeB ? np.transpose(y) : y),
  );
  let c: JaxArray | null = null;
  return {
    async run(times) {
      c?.dispose();
      // kept until all are done: what is disposed of before it is needed is never computed
      const products = Array.from({ length: times }, () => multiply(x.ref, y.ref));
      await blockUntilReady(products);
      c = products.pop()!;
      for (const product of products) product.dispose();
    },
    read: async () => (await c!.ref.data()) as Float32Array,
    dispose() {
      x.dispose();
      y.dispose();
      c?.dispose();
      multiply.dispose();
    },
  };
}

async function openTrainer(config: ModelConfig, given: Weights, { sequences, length }: BatchShape): Promise<Trainer> {
  const turns = turnsOf(config, 0, length);
  const step = trainStep(config, sequences, length);
  let p = weightsOf(config, given);
  const zeros = () => Object.fromEntries(Object.entries(p).map(([name, { shape }]) => [name, np.zeros(shape)]));
  let m = zeros();
  let v = zeros();
  await blockUntilReady([p, m, v]);
  let steps = 0;
  const scalar = (value: number) => np.array([value]).reshape([]);
  const ids = (values: Int32Array) => np.array(values as Int32Array<ArrayBuffer>).reshape([sequences, length]);
  return {
    async step({ tokens, targets }: Batch) {
      steps++;
      // inputs rather than constants, so that no step is traced again
      const rate = scalar(ADAMW.learningRate / (1 - ADAMW.beta1 ** steps));
      const correction = scalar(1 / (1 - ADAMW.beta2 ** steps));
      let loss: JaxArray;
      [p, m, v, loss] = step(p, m, v, rate, correction, ids(tokens), ids(targets), tree.ref(turns));
      const [value] = await loss.data();
      await getWebGPUDevice().queue.onSubmittedWorkDone();
      return value!;
    },
    dispose() {
      for (const arrays of [p, m, v, turns]) tree.dispose(arrays);
      step.dispose();
    },
  };
}

function trainStep(config: ModelConfig, B: number, T: number) {
  const { C, V, eps } = config;
  const lossOf = (w: JaxWeights, tokens: JaxArray, targets: JaxArray, turns: JaxWeights) => {
    const embedded = w['model.embed_tokens.weight']!.slice(tokens); // [B, T, C]
    const attend = (q: JaxArray, k: JaxArray, v: JaxArray) => causalAttention(config, q, k, v, B, T);
    const x = layers(config, w, embedded, turns, [B, T], attend);
    const normed = rmsNorm(x, w['model.norm.weight']!, eps).reshape([B, T, C]);
    const logprobs = nn.logSoftmax(linear(normed, w['lm_head.weight']!), -1);
    return logprobs.mul(nn.oneHot(targets, V).astype(np.float32)).sum(-1).mean().neg();
  };
  return jit(
    (
      p: JaxWeights,
      m: JaxWeights,
      v: JaxWeights,
      rate: JaxArray,
      correction: JaxArray,
      tokens: JaxArray,
      targets: JaxArray,
      turns: JaxWeights,
    ): [JaxWeights, JaxWeights, JaxWeights, JaxArray] => {
      const { learningRate, beta1, beta2, eps: epsilon, weightDecay } = ADAMW;
      const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), tokens, targets, turns) as [JaxArray, JaxWeights];
      const [P, M, U]: [JaxWeights, JaxWeights, JaxWeights] = [{}, {}, {}];
      for (const [name, g] of Object.entries(gradients)) {
        const first = m[name]!.mul(beta1).add(g.ref.mul(1 - beta1));
        const second = v[name]!.mul(beta2).add(np.square(g).mul(1 - beta2));
        const root = np.sqrt(second.ref.mul(correction.ref)).add(epsilon);
        const update = first.ref.mul(rate.ref).div(root);
        [M[name], U[name]] = [first, second];
        P[name] = p[name]!.mul(1 - learningRate * weightDecay).sub(update);
      }
      rate.dispose();
      correction.dispose();
      return [P, M, U, loss];
    },
  );
}
