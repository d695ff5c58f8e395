/** What is told of a run's memory before it starts, against what it then takes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { recipeByName, recipes } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import { estimateMemory } from './memory';
import { run } from './run';
import { Session } from './session';

const ANY = { name: 'any', maxBindingBytes: 2 ** 31 };
/** Nothing is opened after the first step of GRPO. */
const SHORT = { 'sft.steps': 1, 'grpo.steps': 1, 'evaluation.problems': 1, kernels: 'fixed' };
/** As much is opened for one layer and a few sequences as for more, and it is computed sooner. */
const FEW = { ...SHORT, 'model.layers': 1, 'sft.sequences': 4, 'grpo.prompts': 2, 'grpo.groupSize': 4 };

/** Up to and with a step of GRPO. */
async function estimatedAndMeasured(device: Device, recipe: Recipe, steps = 1): Promise<[number, number]> {
  device.forgetPeak();
  const before = device.counters.bytesLive;
  const session = new Session(device, recipe);
  let estimated = 0;
  for await (const event of run(session)) {
    if (event.type === 'start') estimated = event.memory.estimated_bytes;
    if (event.type === 'grpo' && event.step === steps) break;
  }
  session.destroy();
  return [estimated, device.counters.bytesPeak - before];
}

describe('the estimate', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openNodeDevice();
  });
  afterAll(() => device.destroy());

  const agrees = async (on: Device, recipe: Recipe, steps = 1) => {
    const [estimated, measured] = await estimatedAndMeasured(on, recipe, steps);
    expect(Math.abs(estimated - measured) / measured, `${estimated} told, ${measured} taken`).toBeLessThan(0.15);
  };

  it.for([false, true])('agrees with what a run takes, recompute %s', async (recompute) => {
    await agrees(device, withFields(recipeByName('parity-8-nano'), { ...SHORT, 'memory.recompute': recompute }));
  });

  // one of each model and mixture, the longest prompts and completions among them
  it.for(['parity-12', 'addition-2', 'stack-2', 'sat-4', 'tsp-5', 'maze-3', 'length-cosine', 'clip-even', 'mixed'])(
    'agrees for %s with fewer sequences',
    (name) => agrees(device, withFields(recipeByName(name), FEW)),
  );

  it('agrees in f16', async () => {
    const on = device.f16 ? device : openCpuDevice({ f16: true });
    await agrees(on, withFields(recipeByName('parity-8-nano'), { ...FEW, precision: 'f16' }));
  });

  it('agrees with Muon', () =>
    agrees(
      device,
      withFields(recipeByName('parity-8-nano'), { ...FEW, 'sft.optimizer': 'muon', 'grpo.optimizer': 'muon' }),
    ));

  it('agrees for a mixture, longer tasks beside it, and a curation that refreshes', async () => {
    const recipe = withFields(recipeByName('parity-8-nano'), {
      ...FEW,
      'grpo.steps': 2,
      'data.clusters': [
        { task: 'parity', level: 6 },
        { task: 'addition', level: 4 },
      ],
      'data.rlClusters': [{ task: 'addition', level: 3 }],
      'evaluation.others': [{ task: 'parity', level: 30 }],
      'curation.select': 'band',
      'curation.pool': 16,
      'curation.samples': 2,
      'curation.refreshEvery': 1,
    });
    await agrees(device, recipe, 2);
  });

  it('is told for every recipe', async () => {
    for (const { name } of recipes) {
      const { peak, ...parts } = await estimateMemory(recipeByName(name), ANY);
      expect(
        Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
        name,
      ).toBe(peak);
      for (const bytes of Object.values(parts)) expect(bytes, name).toBeGreaterThan(0);
    }
  });

  it('falls where activations are computed again, and with fewer tokens a pass', async () => {
    const peak = async (fields: Record<string, unknown>) =>
      (await estimateMemory(withFields(recipeByName('parity-12'), fields), ANY)).peak;
    const whole = await peak({});
    expect(await peak({ 'memory.recompute': true })).toBeLessThan(0.8 * whole);
    expect(await peak({ tokensPerPass: 512 })).toBeLessThan(0.5 * whole);
  });

  it('falls where weights and activations are in f16', async () => {
    const recipe = recipeByName('parity-12');
    const whole = await estimateMemory(recipe, ANY);
    const half = await estimateMemory(withFields(recipe, { precision: 'f16' }), { ...ANY, f16: true });
    expect(half.activations).toBeLessThan(0.8 * whole.activations);
    expect(half.peak).toBeLessThan(0.9 * whole.peak);
  });

  it('takes no longer for the largest batches', async () => {
    const largest = { 'grpo.prompts': 1024, 'grpo.groupSize': 64, 'sft.sequences': 4096, 'evaluation.problems': 8192 };
    const began = performance.now();
    await estimateMemory(withFields(recipeByName('parity-12'), largest), ANY);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('is refused where a buffer is larger than the device binds', async () => {
    await expect(
      estimateMemory(recipeByName('parity-12'), { name: 'small', maxBindingBytes: 1 << 20 }),
    ).rejects.toThrow(/needs a buffer of .* MiB; small binds at most 1.0 MiB/);
  });
});
