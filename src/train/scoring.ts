/** Forward passes without gradients: the logits of whole sequences, for probes. Unlike in training they stand whole. */
import { pack } from '../data/packing';
import type { Device } from '../gpu/device';
import { linear } from '../graph/ops/linear';
import { makePlan } from '../graph/plan';
import { trace } from '../graph/trace';
import type { PhiConfig } from '../model/config';
import type { Arena } from '../model/parameters';
import { lmHead, phiHidden, weightsOf } from '../model/phi';
import { TokenBatch } from './batch';

/** Logits [T][V] of every sequence, each on its own. */
export async function sequenceLogits(
  device: Device,
  config: PhiConfig,
  weights: Arena,
  sequences: readonly (readonly number[])[],
): Promise<Float32Array[][]> {
  const packed = pack(sequences, true);
  const longest = sequences.reduce((most, ids) => Math.max(most, ids.length), 1);
  const batch = new TokenBatch(device, config, { tokens: packed.tokens, longest });
  const { graph, traced: logits } = await trace(device, (graph) => {
    const w = weightsOf(graph, weights, null);
    const hidden = phiHidden(graph, config, w, batch.inputs(graph));
    return graph.output(linear(graph, 'lm_head', hidden, w(lmHead(config))));
  });
  const plan = await makePlan(device, graph);
  const run = { sequence: plan.sequence, dynamics: batch.write(packed) };
  const [bytes] = await device.read([plan.range(logits)], [run]);
  plan.destroy();
  batch.destroy();
  const V = config.vocab_size;
  const numbers = new Float32Array(bytes as ArrayBuffer);
  return sequences.map((ids, i) =>
    ids.map((_, t) => {
      const row = (packed.firstRows[i] as number) + t;
      return numbers.slice(row * V, (row + 1) * V);
    }),
  );
}
