/**
 * onnxruntime-web on WebGPU: products and rollouts, for it does not train. Keys and values stay in GPU buffers; the logits
 * of every step are read back and sampled on the host, which is how its users sample.
 */
import * as ort from 'onnxruntime-web/webgpu';
import { random } from '../../src/random';
import type { ModelConfig, RolloutShape, Weights } from '../works/model';
import { onnxModel } from './onnxModel';
import { model, node, tensor } from './onnxWriter';
import type { Generator, Peer, Product, ProductShape } from './peer';
import { draw } from './plain';

export function onnx(): Peer {
  return {
    who: 'onnxruntime-web',
    gpu: true,
    async open() {
      ort.env.wasm.numThreads = 1;
      ort.env.logLevel = 'error';
    },
    product: openProduct,
    generator: openGenerator,
  };
}

const openSession = (graph: Uint8Array, outputs: ort.InferenceSession.SessionOptions['preferredOutputLocation']) =>
  ort.InferenceSession.create(graph, {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'all',
    preferredOutputLocation: outputs!,
  });

/** b is a constant of the graph, as weights are. Gemm where an operand is transposed: MatMul cannot. */
async function openProduct(shape: ProductShape, a: Float32Array, b: Float32Array): Promise<Product> {
  const { m, n, k, transposeA, transposeB } = shape;
  const rows = transposeA ? [k, m] : [m, k];
  const product =
    transposeA || transposeB
      ? node('Gemm', ['a', 'b'], ['c'], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })
      : node('MatMul', ['a', 'b'], ['c']);
  const constants = [tensor('b', transposeB ? [n, k] : [k, n], b)];
  const graph = model([product], constants, [['a', 'float', rows]], [['c', 'float', [m, n]]]);
  const session = await openSession(graph, 'gpu-buffer');
  const device = (await ort.env.webgpu.device) as GPUDevice;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffer = device.createBuffer({ size: a.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, a as Float32Array<ArrayBuffer>);
  const feeds = { a: ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: rows }) };
  let c: ort.Tensor | null = null;
  return {
    async run(times) {
      for (let time = 0; time < times; time++) {
        c?.dispose();
        c = (await session.run(feeds)).c!;
      }
      await device.queue.onSubmittedWorkDone();
    },
    read: async () => (await c!.getData()) as Float32Array,
    async dispose() {
      c?.dispose();
      await session.release();
      buffer.destroy();
    },
  };
}

async function openGenerator(config: ModelConfig, given: Weights, shape: RolloutShape): Promise<Generator> {
  const { sequences: S, promptTokens: P, newTokens: N } = shape;
  const { L, K, D, V } = config;
  const entries = Array.from({ length: L }, (_, l) => [`k_${l}`, `v_${l}`]).flat();
  const session = await openSession(onnxModel(config, given, P + N), {
    logits: 'cpu',
    ...Object.fromEntries(entries.map((entry) => [`present_${entry}`, 'gpu-buffer' as const])),
  });
  return {
    async run(prompts, seed) {
      const stream = random(seed, 'bench', 'onnx');
      const ids = new Int32Array(S * N);
      let cache: Record<string, ort.Tensor> = Object.fromEntries(
        entries.map((entry) => [`past_${entry}`, new ort.Tensor('float32', new Float32Array(0), [S, K, 0, D])]),
      );
      let tokens = BigInt64Array.from(prompts, (id) => BigInt(id));
      for (let t = 0; t < N; t++) {
        const results = await session.run({
          ...cache,
          input_ids: new ort.Tensor('int64', tokens, [S, t === 0 ? P : 1]),
          seqlens_k: new ort.Tensor('int32', new Int32Array(S).fill(P + t - 1), [S]),
          total_seq: new ort.Tensor('int32', Int32Array.of(P + t), [1]),
        });
        for (const old of Object.values(cache)) old.dispose();
        cache = Object.fromEntries(entries.map((entry) => [`past_${entry}`, results[`present_${entry}`]!]));
        const logits = results.logits!.data as Float32Array;
        for (let s = 0; s < S; s++) ids[s * N + t] = draw(logits.subarray(s * V, (s + 1) * V), stream.next()).token;
        tokens = BigInt64Array.from({ length: S }, (_, s) => BigInt(ids[s * N + t]!));
      }
      for (const old of Object.values(cache)) old.dispose();
      return { ids };
    },
    dispose: () => session.release(),
  };
}
