/**
 * Advantages, policy loss, its gradient and metrics against TRL's own GRPOTrainer in double precision (src/train/goldens), and
 * gradients against finite differences of the loss.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import type { Device } from '../../gpu/device';
import { type ProbePolicyLossResult, probePolicyLoss } from './policyLoss';
import { probePolicyLossSchema } from './policyLossSchema';

interface Case {
  name: string;
  input: { logprobs: number[][]; old: number[][]; options: { loss_type: string } };
  expected: ProbePolicyLossResult;
}
const goldens = (name: string): { cases: Case[] } =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../train/goldens/${name}.json`), 'utf8'));
const cases = [...goldens('policy-loss').cases, ...goldens('grpo').cases, ...goldens('losses').cases];

describe.each(bothDevices)('on %s', (_, open) => {
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

  /** Two completions of two tokens; the first token of the first is `far` nats below old, reference or both. */
  const wide = (far: number, from: 'old' | 'ref', options: object) =>
    probePolicyLossSchema.parse({
      logprobs: [
        [-1 - far, -2],
        [-1, -1],
      ],
      old: [
        [from === 'old' ? -1 : -1 - far, -2],
        [-1, -1],
      ],
      ref: [
        [-1, -2],
        [-1, -1],
      ],
      entropy: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      mask: [
        [1, 1],
        [1, 1],
      ],
      rewards: [1, 0],
      group_size: 2,
      options: { max_completion_length: 2, ...options },
    });

  it.each([60, 88, 119, 1e4])('at β 0 a reference %d nats away changes neither loss nor gradient', async (far) => {
    const got = await probePolicyLoss(device, wide(far, 'ref', { loss_type: 'grpo', beta: 0 }));
    expect(got.loss).toBeCloseTo(0, 6);
    expect(got.grad_logprobs[0]![0]).toBeCloseTo(-0.1767517, 6);
  });

  it.each([60, 99, 1e4])('the ratio of a sequence saturates %d nats away', async (far) => {
    const got = await probePolicyLoss(device, wide(far, 'old', { loss_type: 'gspo' }));
    expect(got.loss).toBeCloseTo(0.3535034, 6);
    expect(got.grad_logprobs[0]).toEqual([0, 0]);
  });

  it('KL is exact up to 88 nats and held there beyond', async () => {
    const at = async (far: number) =>
      (await probePolicyLoss(device, wide(far, 'ref', { loss_type: 'grpo', beta: 1 }))).metrics.kl!;
    expect((await at(60)) / ((Math.exp(60) - 61) / 4)).toBeCloseTo(1, 4);
    expect((await at(88)) / ((Math.exp(88) - 89) / 4)).toBeCloseTo(1, 4);
    expect((await at(1e4)) / (await at(88))).toBeCloseTo(1, 4);
  });
});

describe('its input', () => {
  it.each([1e39, -1e10])('refuses a log-probability of %d, which no model gives', (value) => {
    const input = { logprobs: [[value]], old: [[-1]], ref: [[-1]], entropy: [[0]], mask: [[1]], rewards: [1] };
    const options = { loss_type: 'grpo', max_completion_length: 1 };
    expect(probePolicyLossSchema.safeParse({ ...input, group_size: 1, options }).success).toBe(false);
  });
});
