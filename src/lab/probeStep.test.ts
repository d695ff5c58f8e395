/** The model, its gradients and AdamW against Hugging Face's Phi3ForCausalLM in double precision (src/model/goldens). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../checkpoint/safetensors';
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { parsePhiConfig } from '../model/config';
import { type ProbeStepResult, probeStep, probeStepSchema } from './probeStep';

const GOLDENS = path.resolve(import.meta.dirname, '../model/goldens');
const models = ['phi3-gqa-tied', 'phi3-partial-rotary-untied', 'phi3-gqa-untied'];
const load = (model: string, file: string) => readFileSync(path.join(GOLDENS, model, file));

const largestDifference = (got: readonly number[], want: readonly number[]) => {
  expect(got.length).toBe(want.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i]!)), 0);
};

describe.each([
  ['Dawn', openNodeDevice],
  ['the CPU device', async () => openCpuDevice()],
] as const)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  describe.each(models)('%s', (model) => {
    const config = parsePhiConfig(JSON.parse(load(model, 'config.json').toString()));
    const tensors = readSafetensors(load(model, 'model.safetensors'));
    const cases = JSON.parse(load(model, 'step.json').toString()) as {
      input: unknown;
      expected: Required<ProbeStepResult>;
    }[];

    it.each(cases.map((golden, i) => ({ ...golden, name: `case ${i + 1}` })))('$name', async ({ input, expected }) => {
      const got = await probeStep(device, config, tensors, probeStepSchema.parse(input));
      expect(largestDifference(got.logits!.flat(2), expected.logits.flat(2)), 'logits').toBeLessThan(1e-4);
      expect(largestDifference(got.loss!, expected.loss), 'loss').toBeLessThan(1e-5);
      expect(Object.keys(got.grads!).sort()).toEqual(Object.keys(expected.grads).sort());
      for (const [name, { shape, data }] of Object.entries(expected.grads)) {
        expect(got.grads![name]!.shape, name).toEqual(shape);
        const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largestDifference(got.grads![name]!.data, data) / scale, `gradient of ${name}`).toBeLessThan(1e-4);
      }
      for (const [name, { data }] of Object.entries(expected.params))
        expect(largestDifference(got.params![name]!.data, data), `${name} after the steps`).toBeLessThan(1e-5);
    });
  });
});
