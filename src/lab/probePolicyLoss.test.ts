/** The policy loss against TRL's own GRPOTrainer._compute_loss in double precision (src/train/goldens). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { type ProbePolicyLossResult, probePolicyLoss, probePolicyLossSchema } from './probePolicyLoss';

const file = path.resolve(import.meta.dirname, '../train/goldens/policy-loss.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  cases: { name: string; input: unknown; expected: ProbePolicyLossResult }[];
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
