/** Every architecture, its gradients and AdamW against Hugging Face's in double precision (src/model/goldens). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../formats/safetensors';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { parseModelConfig } from '../../model/config';
import { goldenFolder, goldenModels, tied, untied } from '../../model/goldens.fixture';
import { NonFiniteError } from '../../train/nonFiniteError';
import { probeSample, probeSampleSchema } from './sample';
import { type ProbeStepResult, probeStep, probeStepSchema } from './step';

const load = (model: string, file: string) => readFileSync(path.join(goldenFolder(model), file));

const largestDifference = (got: readonly number[], want: readonly number[]) => {
  expect(got.length).toBe(want.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i]!)), 0);
};

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  describe.each(goldenModels)('%s', (model) => {
    const config = parseModelConfig(JSON.parse(load(model, 'config.json').toString()));
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

describe('a model without rotary channels', () => {
  const json = JSON.parse(load(tied, 'config.json').toString()) as object;
  const tensors = readSafetensors(load(tied, 'model.safetensors'));
  const segments = [{ ids: [1, 2, 7, 4, 5, 1], mask: [0, 0, 0, 1, 1, 1] }];
  const optimizer = { lr: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weight_decay: 0, decay: 'matrices', max_grad_norm: 1 };
  const step = probeStepSchema.parse({ segments, optimizer, steps: 2, want: ['loss'] });
  const sample = probeSampleSchema.parse({ prompts: [[1], [1, 2, 7]], n: 2, max_new: 6, seed: 3 });

  it.each([0, 0.01])('trains and samples on every device alike at a rotary share of %d', async (factor) => {
    const config = parseModelConfig({ ...json, partial_rotary_factor: factor });
    const on = async (device: Device) => {
      const losses = (await probeStep(device, config, tensors, step)).loss!;
      const sampled = await probeSample(device, config, tensors, [], sample);
      device.destroy();
      return { losses, sampled };
    };
    const [gpu, cpu] = [await on({ ...(await openNodeDevice()), tuningCache: null }), await on(openCpuDevice())];
    expect(largestDifference(gpu.losses, cpu.losses)).toBeLessThan(1e-4);
    expect(gpu.sampled.completions).toEqual(cpu.sampled.completions);
    const turning = await probeStep(openCpuDevice(), parseModelConfig(json), tensors, step);
    expect(Math.abs(turning.loss![0]! - cpu.losses[0]!)).toBeGreaterThan(1e-5);
  });

  it('a parameter that is not finite after the last step ends it with tensor and element', async () => {
    const asked = { ...step, steps: 1, want: ['params' as const], optimizer: { ...step.optimizer, eps: 0 } };
    // rows of tokens that do not occur have a gradient of 0, and 0 / 0 moves them
    const config = parseModelConfig(JSON.parse(load(untied, 'config.json').toString()));
    const failure = probeStep(openCpuDevice(), config, readSafetensors(load(untied, 'model.safetensors')), {
      ...asked,
      segments: [{ ids: [1, 2, 3], mask: [0, 1, 1] }],
    });
    await expect(failure).rejects.toThrow(/^after step 1: model\.embed_tokens\.weight, element \d+ is NaN/);
  });

  it.each(['logits', 'loss', 'params'] as const)(
    'weights beyond f32 end it with the place where %s are wanted',
    async (want) => {
      const huge = new Map(
        [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map((w) => w * 3e37) }]),
      );
      const asked = { ...step, want: [want] };
      const failure = await probeStep(openCpuDevice(), parseModelConfig(json), huge, asked).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(NonFiniteError);
      expect(String(failure)).toMatch(
        /(segment 1, token 1: the logit of token id 0|step 1: the loss) is (NaN|-?Infinity)/,
      );
    },
  );
});
