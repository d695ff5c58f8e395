/** Updates on the tokens of highest entropy alone: the same in one pass or in several, and nothing more for a loss that counts all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import type { Device } from '../gpu/device';
import { entropyThreshold } from './losses/topEntropy';
import { examples, openModel, policyExamples } from './train.fixture';

const many = Array.from({ length: 40 }, (_, i) => {
  const { ids, mask } = examples[i % 2]!;
  return { ids: ids.map((id, t) => (id + i * (t + 1)) % 19), mask };
});

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it('the threshold is that of all tokens of the step, however many passes it takes', async () => {
    const options = { topEntropy: 0.3, beta: 0, gamma: 0.01 };
    const [whole, cut] = [
      await openModel(device, { tokens: 192, options }),
      await openModel(device, { tokens: 40, options }),
    ];
    const batch = policyExamples(null, many);
    const [one, several] = [await whole.policy.step(batch, 0, 1e-3), await cut.policy.step(batch, 0, 1e-3)];
    const entropies = one.stats.flatMap((of) => [...of.entropies]);
    expect(one.entropyThreshold).toBe(entropyThreshold(entropies, 0.3));
    const kept = entropies.filter((entropy) => entropy >= one.entropyThreshold).length;
    expect(kept / entropies.length).toBeCloseTo(0.3, 1);
    expect(several.loss).toBeCloseTo(one.loss, 6);
    const [wanted, got] = [await whole.gradients.read(), await cut.gradients.read()];
    for (const [name, { data }] of wanted)
      data.forEach((g, i) => expect(Math.abs(got.get(name)!.data[i]! - g), name).toBeLessThan(2e-6));
  });

  it('masked completions have no part in it, nor in the gradient', async () => {
    const model = await openModel(device, { options: { topEntropy: 0.5 } });
    const [first, second] = policyExamples(null);
    const both = [first!, { ...second!, weight: 0, advantage: Number.NaN }];
    const { loss, entropyThreshold: threshold } = await model.policy.step(both, 0, 1e-3);
    const alone = await openModel(device, { options: { topEntropy: 0.5 } });
    const one = await alone.policy.step([first!], 0, 1e-3);
    expect([loss, threshold]).toEqual([one.loss, one.entropyThreshold]);
    const wanted = await alone.gradients.read();
    for (const [name, { data }] of await model.gradients.read())
      data.forEach((g, i) => expect(Math.abs(g - wanted.get(name)!.data[i]!), name).toBeLessThan(2e-6));
  });

  it('costs one readback a pass more, and a loss that counts all tokens costs none', async () => {
    const readbacks = async (topEntropy: number) => {
      const { policy } = await openModel(device, { tokens: 40, options: { topEntropy } });
      const batch = policyExamples(null, many.slice(0, 20));
      await policy.step(batch, 0, 1e-3);
      const { readbacks: before, buffers, bindGroups, pipelines } = device.counters;
      await policy.step(batch, 0, 1e-3);
      expect(device.counters).toMatchObject({ buffers, bindGroups, pipelines });
      return device.counters.readbacks - before;
    };
    const all = await readbacks(1);
    expect(all).toBe(2);
    expect(await readbacks(0.2)).toBe(2 * all);
  });
});
