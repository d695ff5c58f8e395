/**
 * What storing weights and activations in f16 costs in accuracy: the same sequences scored by the model in both, and how far
 * their log-probabilities lie apart. Two forward passes over a small batch.
 */
import { pack } from '../data/packing';
import type { Device } from '../gpu/device';
import { tokenLogprobs } from '../graph/ops/head';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { PhiConfig } from '../model/config';
import type { Arena } from '../model/parameters';
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
