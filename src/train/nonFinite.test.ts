/** A gradient that is not finite leaves weights and moments as they are, on the plain loops and on the adapter. */
import { describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { type Device, whole } from '../gpu/device';
import { parsePhiConfig } from '../model/config';
import { Arena, initialTensors, parameterTable } from '../model/parameters';
import { adamw } from './optimizers/adamw';

const config = parsePhiConfig({
  vocab_size: 16,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  num_key_value_heads: 1,
  intermediate_size: 8,
  tie_word_embeddings: true,
});
const table = parameterTable(config);

async function stepWith(device: Device, bad: number, maxGradNorm: number | null) {
  const [weights, gradients] = ['weights', 'gradients'].map((label) => new Arena(device, table, label)) as [
    Arena,
    Arena,
  ];
  weights.load(initialTensors(config, 0.3, 1));
  const common = { weightDecay: 0.1, decay: 'matrices', maxGradNorm } as const;
  const optimizer = await adamw.create(device, { weights, gradients }, common, { beta1: 0.9, beta2: 0.95, eps: 1e-8 });
  const update = async (gradient: number) => {
    const all = new Float32Array(table.arenaSize).fill(0.01);
    all[3] = gradient;
    device.write(gradients.buffer, all);
    const [clip, after] = await device.read([whole(optimizer.clip), whole(weights.buffer)], optimizer.step(1e-2));
    return { norm: new Float32Array(clip!)[0]!, weights: new Uint8Array(after!) };
  };
  const first = await update(1);
  const broken = await update(bad);
  const next = await update(1);
  for (const thing of [optimizer, weights, gradients]) thing.destroy();
  return { first, broken, next };
}

describe.each(bothDevices)('%s', (_, open) => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38])('a gradient of %s', async (bad) => {
    const device = await open();
    for (const maxNorm of [1, null]) {
      const { first, broken, next } = await stepWith(device, bad, maxNorm);
      expect(Number.isFinite(broken.norm)).toBe(false);
      expect(broken.weights).toEqual(first.weights);
      expect(new Float32Array(next.weights.buffer).every(Number.isFinite)).toBe(true);
      expect(next.weights).not.toEqual(first.weights);
    }
    device.destroy();
  });
});
