/**
 * Cost of f16 storage in accuracy: the model scores the same sequences from its weights in f32 and from their copy, and the
 * log-probabilities and gradients are compared. Two passes over a small batch for each.
 */
import { pack } from '../data/packing';
import { whole } from '../gpu/device';
import { crossEntropyHead, tokenLogprobs } from '../graph/ops/head';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { Model } from '../model/model';
import { Arena } from '../model/parameters';
import { mean } from '../stats';
import { type BatchCapacity, TokenBatch } from './batch';
import type { Example } from './supervised';

/** Sequences that are scored, and the room that they take. */
export interface ScoredBatch {
  readonly examples: readonly Example[];
  readonly capacity: BatchCapacity;
}

/** Differences of the log-probabilities of all targets, nats. */
export interface StorageCost {
  readonly tokens: number;
  readonly mean: number;
  readonly max: number;
}

/** Log-probability of every target of the examples, in order. */
async function targetLogprobs(model: Model, weights: Arena, { examples, capacity }: ScoredBatch): Promise<number[]> {
  const { device } = model;
  const batch = new TokenBatch(model, capacity);
  const { graph, traced } = await trace(device, (graph) =>
    graph.output(tokenLogprobs(graph, batch.head(graph, { weights }), batch.tensor(graph, 'targets'), 1)),
  );
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

export async function storageCost(model: Model, batch: ScoredBatch): Promise<StorageCost> {
  const exact = await targetLogprobs(model, model.weights, batch);
  const stored = await targetLogprobs(model, model.working, batch);
  const differences = exact.map((logprob, i) => Math.abs(logprob - stored[i]!));
  return { tokens: exact.length, mean: mean(differences), max: Math.max(0, ...differences) };
}

/** Difference of the gradients of the mean cross-entropy of all targets: f16's against f32's. */
export interface GradientCost {
  /** ‖g16 − g32‖ ÷ ‖g32‖. */
  readonly relative: number;
  /** Cosine of the angle between the two. */
  readonly cosine: number;
}

/** The gradient of the mean cross-entropy of all targets, as one list. */
async function targetGradient(
  model: Model,
  weights: Arena,
  { examples, capacity }: ScoredBatch,
): Promise<Float32Array> {
  const { device } = model;
  const batch = new TokenBatch(model, capacity);
  batch.add('weights', [capacity.tokens]);
  const gradients = new Arena(device, weights.table, 'scored gradients');
  const { graph } = await trace(device, (graph) => {
    const head = batch.head(graph, { weights, gradients, recompute: capacity.recompute });
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

export async function gradientCost(model: Model, batch: ScoredBatch): Promise<GradientCost> {
  const exact = await targetGradient(model, model.weights, batch);
  const stored = await targetGradient(model, model.working, batch);
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
