/**
 * Advantages, policy loss, its gradient and metrics against TRL's own GRPOTrainer in double precision (src/train/goldens), and
 * gradients against finite differences of the loss.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { type ProbePolicyLossResult, probePolicyLoss } from './probePolicyLoss';
import { probePolicyLossSchema } from './probePolicyLossSchema';

interface Case {
  name: string;
  input: { logprobs: number[][]; old: number[][]; options: { loss_type: string } };
  expected: ProbePolicyLossResult;
}
const goldens = (name: string): { cases: Case[] } =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../train/goldens/${name}.json`), 'utf8'));
const cases = [...goldens('policy-loss').cases, ...goldens('grpo').cases];

describe.each([
  ['Dawn', openNodeDevice],
  ['the CPU device', async () => openCpuDevice()],
] as const)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it.each(cases)('$name', async ({ input, expected }) => {
    const got = await probePolicyLoss(device, probePolicyLossSchema.parse(input));
    const near = (value: number, target: number, what: string) =>
      expect(Math.abs(value - target), `${what}: got ${value}, expected ${target}`).toBeLessThan(1e-5);
    expected.advantages.forEach((advantage, b) => near(got.advantages[b]!, advantage, `advantage ${b}`));
    near(got.loss, expected.loss, 'loss');
    expected.grad_logprobs.forEach((row, b) =>
      row.forEach((g, t) => near(got.grad_logprobs[b]![t]!, g, `gradient ${b},${t}`)),
    );
    for (const [name, value] of Object.entries(expected.metrics)) near(got.metrics[name]!, value, name);
    expect(Object.keys(got.metrics).sort()).toEqual(Object.keys(expected.metrics).sort());
  });
});
