/**
 * TensorFlow.js on WebGPU, as fast as we can make it: production mode, `variableGrads` inside `tidy`, one variable a tensor,
 * gradients of RMSNorm, RoPE and SwiGLU written out. Its Adam has no decoupled decay, so AdamW is written in its operations.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Batch, BatchShape, ModelConfig, RolloutShape, Weights } from '../works/model';
import { parameterShapes } from '../works/model';
import { ADAMW, type Generator, type Peer, type Product, type ProductShape, type Trainer } from './peer';
import { causalMask, forwardOf, type KeyValue, tf, turnsOf } from './tfjsModel';

/** Methods of the WebGPU backend beyond the common interface of backends. */
interface WebGpuBackend {
  endComputePassEncoder(): void;
  submitQueue(): void;
  readonly queue: GPUQueue;
}

export function tfjs(): Peer {
  return {
    who: 'tfjs',
    gpu: true,
    async open() {
      await import('@tensorflow/tfjs-backend-webgpu');
      if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs finds no WebGPU here');
      await tf.ready();
      tf.enableProdMode();
    },
    product: openProduct,
    trainer: openTrainer,
    generator: openGenerator,
  };
}

async function openProduct(shape: ProductShape, a: Float32Array, b: Float32Array): Promise<Product> {
  const { m, n, k, transposeA, transposeB } = shape;
  const x = tf.tensor2d(a, transposeA ? [k, m] : [m, k]);
  const y = tf.tensor2d(b, transposeB ? [n, k] : [k, n]);
  const backend = tf.backend() as unknown as WebGpuBackend;
  let c: Tensor2D | null = null;
  return {
    async run(times) {
      for (let time = 0; time < times; time++) {
        c?.dispose();
        c = tf.matMul(x, y, transposeA, transposeB);
      }
      backend.endComputePassEncoder();
      backend.submitQueue();
      await backend.queue.onSubmittedWorkDone();
    },
    read: async () => (await c!.data()) as Float32Array,
    dispose: () => tf.dispose([x, y, c!]),
  };
}

async function openTrainer(config: ModelConfig, given: Weights, { sequences, length }: BatchShape): Promise<Trainer> {
  const forward = forwardOf(config);
  const turns = turnsOf(config, 0, length);
  const mask = causalMask(config, length);
  const named = parameterShapes(config).map(
    ({ name, shape }) => [name, tf.variable(tf.tensor(given[name]!, [...shape]))] as const,
  );
  const variables = named.map(([, variable]) => variable);
  const weights = Object.fromEntries(named);
  const moments = () => variables.map((variable) => tf.variable(tf.zerosLike(variable), false));
  const [m, v] = [moments(), moments()];
  const { learningRate, beta1, beta2, eps, weightDecay } = ADAMW;
  const [keep1, take1, keep2, take2, epsilon, kept] = [
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    eps,
    1 - learningRate * weightDecay,
  ].map((value) => tf.scalar(value)) as [Scalar, Scalar, Scalar, Scalar, Scalar, Scalar];
  let steps = 0;
  const enqueue = ({ tokens, targets }: Batch) =>
    tf.tidy(() => {
      const ids = tf.tensor1d(tokens, 'int32');
      const wanted = tf.oneHot(tf.tensor1d(targets, 'int32'), config.V);
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(wanted, forward(weights, ids, sequences, length, turns, mask).logits),
        variables,
      );
      steps++;
      const rate = tf.scalar(learningRate / (1 - beta1 ** steps));
      const correction = tf.scalar(1 / (1 - beta2 ** steps));
      variables.forEach((p, i) => {
        const g = grads[p.name]!;
        const first = tf.add(tf.mul(m[i]!, keep1), tf.mul(g, take1));
        const second = tf.add(tf.mul(v[i]!, keep2), tf.mul(tf.square(g), take2));
        m[i]!.assign(first);
        v[i]!.assign(second);
        const update = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(tf.mul(second, correction)), epsilon));
        p.assign(tf.sub(tf.mul(p, kept), update));
      });
      return value;
    });
  return {
    async step(batch) {
      const loss = enqueue(batch);
      const [value] = await loss.data(); // submits the whole step and waits for it: work is done in order
      loss.dispose();
      return value!;
    },
    dispose: () => tf.dispose([...variables, ...m, ...v, mask, turns.cos, turns.sin]),
  };
}

async function openGenerator(config: ModelConfig, given: Weights, shape: RolloutShape): Promise<Generator> {
  const { sequences: S, promptTokens: P, newTokens: N } = shape;
  const forward = forwardOf(config);
  const weights = Object.fromEntries(
    parameterShapes(config).map(({ name, shape }) => [name, tf.tensor(given[name]!, [...shape])]),
  );
  const mask = causalMask(config, P);
  const turns = Array.from({ length: N }, (_, t) => (t === 0 ? turnsOf(config, 0, P) : turnsOf(config, P + t - 1, 1)));
  return {
    async run(prompts, seed) {
      const sampled: Tensor[] = [];
      let cache: KeyValue[] = [];
      let tokens = tf.tensor1d(prompts, 'int32');
      const prompt = tokens;
      for (let t = 0; t < N; t++) {
        const [T, visible] = t === 0 ? [P, mask] : [1, null];
        const next = tf.tidy(() => {
          const passed = forward(weights, tokens, S, T, turns[t]!, visible, cache);
          const drawn = tf.multinomial(passed.logits as Tensor2D, 1, seed * N + t);
          return { cache: passed.cache, tokens: tf.reshape(tf.cast(drawn, 'int32'), [S]) as Tensor1D };
        });
        tf.dispose(cache);
        ({ cache, tokens } = next);
        sampled.push(tokens);
      }
      const all = tf.stack(sampled, 1);
      const ids = Int32Array.from(await all.data());
      tf.dispose([prompt, all, ...sampled, ...cache.flatMap(({ k, v }) => [k, v])]);
      return { ids };
    },
    dispose: () => tf.dispose([mask, ...Object.values(weights), ...turns.flatMap(({ cos, sin }) => [cos, sin])]),
  };
}
