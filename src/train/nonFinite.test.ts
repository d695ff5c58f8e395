/** A gradient that is not finite leaves weights and the optimizer's state as they are, on the plain loops and on the adapter. */
import { describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { type Device, whole } from '../gpu/device';
import { parseModelConfig } from '../model/config';
import { Arena, initialTensors, parameterTable } from '../model/parameters';
import { createFrom, type OptimizerName, optimizerNames, optimizers } from './optimizers';

const config = parseModelConfig({
  vocab_size: 16,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  num_key_value_heads: 1,
  intermediate_size: 8,
  tie_word_embeddings: true,
});
const table = parameterTable(config);

const settings = { adamw: optimizers.adamw.options.parse({}), muon: optimizers.muon.options.parse({}) };

async function stepWith(device: Device, name: OptimizerName, bad: number, maxGradNorm: number | null) {
  const [weights, gradients] = ['weights', 'gradients'].map((label) => new Arena(device, table, label)) as [
    Arena,
    Arena,
  ];
  weights.load(initialTensors(table, 0.3, 1));
  const common = { weightDecay: 0.1, decay: 'matrices', maxGradNorm } as const;
  const optimizer = await createFrom(device, { weights, gradients }, common, name, settings);
  const update = async (gradient: number) => {
    const all = new Float32Array(table.arenaSize).fill(0.01);
    all[3] = gradient;
    device.write(gradients.buffer, all);
    const [clip, after] = await device.read([whole(optimizer.clip), whole(weights.buffer)], optimizer.step(1e-2));
    const { tensors } = await optimizer.state();
    return { norm: new Float32Array(clip!)[0]!, weights: new Uint8Array(after!), tensors };
  };
  const first = await update(1);
  const broken = await update(bad);
  const next = await update(1);
  for (const thing of [optimizer, weights, gradients]) thing.destroy();
  return { first, broken, next };
}

const gradients = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38];
const cases = optimizerNames.flatMap((name) => gradients.map((bad) => [bad, name] as const));

describe.each(bothDevices)('on %s', (_, open) => {
  it.each(cases)('a gradient of %s, %s', async (bad, name) => {
    const device = { ...(await open()), tuningCache: null };
    for (const maxNorm of [1, null]) {
      const { first, broken, next } = await stepWith(device, name, bad, maxNorm);
      expect(Number.isFinite(broken.norm)).toBe(false);
      expect(broken.weights).toEqual(first.weights);
      expect(broken.tensors).toEqual(first.tensors);
      expect(new Float32Array(next.weights.buffer).every(Number.isFinite)).toBe(true);
      expect(next.weights).not.toEqual(first.weights);
    }
    device.destroy();
  });
});
