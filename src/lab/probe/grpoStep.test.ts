/** Whole GRPO steps against TRL's GRPOTrainer on transformers' models in double precision (src/train/goldens/grpo-step.json). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../formats/safetensors';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import type { Device } from '../../gpu/device';
import { parseModelConfig } from '../../model/config';
import { goldenFolder } from '../../model/goldens.fixture';
import type { Tensors } from '../../model/parameters';
import { sequenceLevel } from '../../train/losses/policyLoss';
import { probeGrpoStep } from './grpoStep';
import { probeGrpoStepSchema } from './grpoStepSchema';
import { probeLossOptions } from './lossOptionsSchema';
import type { TensorNumbers } from './tensors';

type Sampled = Record<string, { shape: number[]; norm: number; sample: number[] }>;
interface Golden {
  name: string;
  model: string;
  input: object;
  expected: {
    advantages: number[];
    updates: {
      loss: number;
      grad_norm: number;
      metrics: Record<string, number>;
      logprobs: number[][];
      entropies: number[][];
      ratios: number[][];
      kls: number[][];
    }[];
    grads: Sampled;
    params: Sampled;
  };
}
const file = path.resolve(import.meta.dirname, '../../train/goldens/grpo-step.json');
const goldens = JSON.parse(readFileSync(file, 'utf8')) as { reference_scale: number; stride: number; cases: Golden[] };

const modelOf = (name: string) => {
  const read = (of: string) => readFileSync(path.join(goldenFolder(name), of));
  return {
    config: parseModelConfig(JSON.parse(read('config.json').toString())),
    tensors: readSafetensors(read('model.safetensors')),
  };
};
const scaled = (tensors: Tensors): Tensors =>
  new Map(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((w) => w * goldens.reference_scale) },
    ]),
  );

/** Largest difference of two rows. */
function difference(got: readonly number[], want: readonly number[]): number {
  expect(got.length).toBe(want.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i]!)), 0);
}
const norm = (data: readonly number[]) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));

/** Compares every tensor's norm and sampled numbers. @param scaleOf what the tolerance multiplies */
function expectTensors(
  got: Record<string, TensorNumbers>,
  want: Sampled,
  tolerance: number,
  scaleOf: (norm: number) => number,
) {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, { shape, norm: size, sample }] of Object.entries(want)) {
    const { data } = got[name]!;
    expect(got[name]!.shape, name).toEqual(shape);
    const sampled = data.filter((_, i) => i % goldens.stride === 0);
    expect(difference(sampled, sample), name).toBeLessThan(tolerance * scaleOf(size));
    expect(Math.abs(norm(data) - size), `norm of ${name}`).toBeLessThan(tolerance * scaleOf(size));
  }
}

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it.each(goldens.cases)('$model: $name', async ({ model, input, expected }) => {
    const { config, tensors } = modelOf(model);
    const asked = probeGrpoStepSchema.parse({ ...input, want: ['grads', 'params'] });
    const got = await probeGrpoStep(device, config, tensors, scaled(tensors), asked);
    // the file holds 8 digits
    expect(difference(got.advantages, expected.advantages), 'advantages').toBeLessThan(1e-6);
    expect(got.updates.length).toBe(expected.updates.length);
    const masked = asked.options.mask_truncated ?? [];
    const counted = (rows: number[][]) => rows.flatMap((row, b) => (masked[b] ? [] : row));
    const loss = probeLossOptions(asked);
    expected.updates.forEach((want, u) => {
      const update = got.updates[u]!;
      const close = (value: number, target: number, name: string) =>
        // f32 sums of about 60 token losses of size 1, whose mean may cancel to 0
        expect(Math.abs(value - target), `update ${u + 1}: ${name}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(target)));
      close(update.loss, want.loss, 'loss');
      close(update.grad_norm, want.grad_norm, 'grad_norm');
      for (const [name, value] of Object.entries(want.metrics))
        if (name in update.metrics) close(update.metrics[name]!, value, name);
      expect(difference(counted(update.logprobs), want.logprobs.flat()), 'logprobs').toBeLessThan(1e-4);
      expect(difference(counted(update.entropies), want.entropies.flat()), 'entropies').toBeLessThan(1e-4);
      if (!sequenceLevel(loss))
        expect(difference(counted(update.ratios), want.ratios.flat()), 'ratios').toBeLessThan(1e-4);
      if (loss.beta > 0 && !loss.klRatio)
        expect(difference(counted(update.kls), want.kls.flat()), 'KLs').toBeLessThan(1e-4);
    });
    // f32 against float64: relative to the tensor's norm
    expectTensors(got.updates[0]!.grads!, expected.grads, 1e-4, (size) => size);
    // 1 % of the learning rate: AdamW divides by the gradient's size, so rounding of small gradients shows
    expectTensors(got.params!, expected.params, 1e-5, (size) => Math.max(1, size));
  });
});
