/**
 * Forward passes without gradients: the logits of whole sequences, for probes. Unlike training, a pass keeps all of them, in as
 * many chunks as bindings ask for.
 */
import { pack } from '../data/packing';
import { logitsOf } from '../graph/ops/head';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { Model } from '../model/model';
import { TokenBatch } from './batch';

/** Logits [T][V] of every sequence, each on its own. */
export async function sequenceLogits(
  model: Model,
  sequences: readonly (readonly number[])[],
): Promise<Float32Array[][]> {
  const { device, config } = model;
  const packed = pack(sequences, true);
  const longest = sequences.reduce((most, ids) => Math.max(most, ids.length), 1);
  const batch = new TokenBatch(model, {
    tokens: packed.tokens,
    longest,
    logitsBytes: device.maxBindingBytes,
  });
  const { graph, traced: logits } = await trace(device, (graph) =>
    logitsOf(graph, batch.head(graph)).map((chunk) => graph.output(chunk)),
  );
  const plan = await makePlan(device, graph);
  const run = { sequence: plan.sequence, dynamics: batch.write(packed) };
  const chunks = await device.read(
    logits.map((chunk) => plan.range(chunk)),
    [run],
  );
  plan.destroy();
  batch.destroy();
  const V = config.vocab_size;
  const numbers = chunks.map((bytes) => new Float32Array(bytes));
  const rowOf = (row: number) => {
    const at = row % batch.chunks.rows;
    return numbers[Math.floor(row / batch.chunks.rows)]!.slice(at * V, (at + 1) * V);
  };
  return sequences.map((ids, i) => ids.map((_, t) => rowOf((packed.firstRows[i] as number) + t)));
}
