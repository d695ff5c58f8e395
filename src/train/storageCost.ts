/**
 * What storing weights and activations in f16 costs in accuracy: the same sequences scored by the model in both, and how far
 * their log-probabilities and their gradients lie apart. Two passes over a small batch for each.
 */
import { pack } from '../data/packing';
import { type Device, whole } from '../gpu/device';
import { crossEntropyHead, tokenLogprobs } from '../graph/ops/head';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { PhiConfig } from '../model/config';
import { Arena } from '../model/parameters';
import { lmHead, phiHidden, weightsOf } from '../model/phi';
import { mean } from '../stats';
import { type BatchCapacity, TokenBatch } from './batch';
import type { Example } from './supervised';

/** Of the log-probabilities of all targets, nats. */
export interface StorageCost {
  readonly tokens: number;
  readonly mean: number;
  readonly max: number;
}

/** Log-probability of every target of the examples, in order. */
async function targetLogprobs(
  device: Device,
  config: PhiConfig,
  weights: Arena,
  examples: readonly Example[],
  capacity: BatchCapacity,
): Promise<number[]> {
  const batch = new TokenBatch(device, config, capacity);
  const { graph, traced } = await trace(device, (graph) => {
    const w = weightsOf(graph, weights, null);
    const hidden = phiHidden(graph, config, w, batch.inputs(graph));
    const head = { hidden, weight: w(lmHead(config)), chunks: batch.chunks };
    return graph.output(tokenLogprobs(graph, head, batch.tensor(graph, 'targets'), 1));
  });
  const plan = await makePlan(device, graph);
  const packed = pack(examples.map(({ ids }) => ids));
  const run = { sequence: plan.sequence, dynamics: batch.write(packed) };
  const [bytes] = await device.read([plan.range(traced)], [run]);
  plan.destroy();
  batch.destroy();
  const scores = new Float32Array(bytes!); // [N, 4]
  return examples.flatMap(({ mask }, i) =>
    mask.slice(1).flatMap((isTarget, t) => (isTarget ? [scores[(packed.firstRows[i]! + t) * 4]!] : [])),
  );
}

/** @param arenas the same weights twice: as they are trained, and as the forward pass reads them */
export async function storageCost(
  device: Device,
  config: PhiConfig,
  arenas: readonly [Arena, Arena],
  examples: readonly Example[],
  capacity: BatchCapacity,
): Promise<StorageCost> {
  const exact = await targetLogprobs(device, config, arenas[0], examples, capacity);
  const stored = await targetLogprobs(device, config, arenas[1], examples, capacity);
  const differences = exact.map((logprob, i) => Math.abs(logprob - stored[i]!));
  return { tokens: exact.length, mean: mean(differences), max: Math.max(0, ...differences) };
}

/** Of the gradient of the mean cross-entropy of all targets: f16's against f32's. */
export interface GradientCost {
  /** ‖g16 − g32‖ ÷ ‖g32‖. */
  readonly relative: number;
  /** Cosine of the angle between the two. */
  readonly cosine: number;
}

/** The gradient of the mean cross-entropy of all targets, as one list. */
async function targetGradient(
  device: Device,
  config: PhiConfig,
  weights: Arena,
  examples: readonly Example[],
  capacity: BatchCapacity,
): Promise<Float32Array> {
  const batch = new TokenBatch(device, config, capacity);
  batch.add('weights', [capacity.tokens]);
  const gradients = new Arena(device, weights.table, 'scored gradients');
  const { graph } = await trace(device, (graph) => {
    const w = weightsOf(graph, weights, gradients);
    const hidden = phiHidden(graph, config, w, batch.inputs(graph), capacity);
    const head = { hidden, weight: w(lmHead(config)), chunks: batch.chunks };
    crossEntropyHead(graph, head, batch.tensor(graph, 'targets'), batch.tensor(graph, 'weights'));
    graph.backward();
  });
  const plan = await makePlan(device, graph);
  const dynamics = { ...batch.write(pack(examples.map(({ ids }) => ids))), accumulate: 0 };
  const masks = examples.flatMap(({ mask }) => mask.slice(1));
  const targets = masks.reduce((sum, isTarget) => sum + isTarget, 0);
  batch.writeArray(
    'weights',
    Float32Array.from(masks, (isTarget) => isTarget / targets),
  );
  const [bytes] = await device.read([whole(gradients.buffer)], [{ sequence: plan.sequence, dynamics }]);
  for (const owned of [plan, batch, gradients]) owned.destroy();
  return new Float32Array(bytes!);
}

/** @param arenas the same weights twice: as they are trained, and as the forward pass reads them */
export async function gradientCost(
  device: Device,
  config: PhiConfig,
  arenas: readonly [Arena, Arena],
  examples: readonly Example[],
  capacity: BatchCapacity,
): Promise<GradientCost> {
  const exact = await targetGradient(device, config, arenas[0], examples, capacity);
  const stored = await targetGradient(device, config, arenas[1], examples, capacity);
  let [squares, storedSquares, product, difference] = [0, 0, 0, 0];
  exact.forEach((g, i) => {
    const other = stored[i]!;
    squares += g * g;
    storedSquares += other * other;
    product += g * other;
    difference += (g - other) ** 2;
  });
  const sizes = Math.sqrt(squares * storedSquares);
  return {
    relative: squares > 0 ? Math.sqrt(difference / squares) : 0,
    cosine: sizes > 0 ? Math.min(1, product / sizes) : 1,
  };
}
