/** Estimated memory of a run against the memory that it takes. */
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
/** One step per stage: a run opens nothing after its first GRPO step. */
const SHORT = { 'sft.steps': 1, 'grpo.steps': 1, 'evaluation.problems': 1, kernels: 'fixed' };
/** One layer and few sequences open the same kinds of buffers as more, and run faster. */
const FEW = { ...SHORT, 'model.layers': 1, 'sft.sequences': 4, 'grpo.prompts': 2, 'grpo.groupSize': 4 };

/** Bytes estimated, and bytes measured until the end of a GRPO step, checkpoints included. */
async function estimatedAndMeasured(device: Device, recipe: Recipe, steps = 1): Promise<[number, number]> {
  device.forgetPeak();
  const before = device.counters.bytesLive;
  const session = new Session(device, recipe);
  let estimated = 0;
  for await (const event of run(session, { onCheckpoint() {} })) {
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
    expect(Math.abs(estimated - measured) / measured, `${estimated} estimated, ${measured} measured`).toBeLessThan(
      0.15,
    );
  };

  it.for([false, true])('agrees with the run, recompute %s', async (recompute) => {
    await agrees(device, withFields(recipeByName('parity-8-nano'), { ...SHORT, 'memory.recompute': recompute }));
  });

  // each model and mixture once, with the longest prompts and completions among them
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

  it('agrees for a mixture, longer evaluated tasks, and a curation that refreshes', async () => {
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

  it('exists for every recipe', async () => {
    for (const { name } of recipes) {
      const { peak, size, ...parts } = await estimateMemory(recipeByName(name), ANY);
      expect(
        Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
        name,
      ).toBe(peak);
      for (const bytes of [...Object.values(parts), ...Object.values(size)]) expect(bytes, name).toBeGreaterThan(0);
    }
  });

  it('falls with recomputed activations, and with fewer tokens per pass', async () => {
    const peak = async (fields: Record<string, unknown>) =>
      (await estimateMemory(withFields(recipeByName('parity-12'), fields), ANY)).peak;
    const whole = await peak({});
    expect(await peak({ 'memory.recompute': true })).toBeLessThan(0.8 * whole);
    expect(await peak({ tokensPerPass: 512 })).toBeLessThan(0.5 * whole);
  });

  it('falls with weights and activations in f16', async () => {
    const recipe = recipeByName('parity-12');
    const whole = await estimateMemory(recipe, ANY);
    const half = await estimateMemory(withFields(recipe, { precision: 'f16' }), { ...ANY, f16: true });
    expect(half.activations).toBeLessThan(0.8 * whole.activations);
    expect(half.peak).toBeLessThan(0.9 * whole.peak);
  });

  it('takes no longer than 5 s for the largest batches', async () => {
    const largest = { 'grpo.prompts': 1024, 'grpo.groupSize': 64, 'sft.sequences': 4096, 'evaluation.problems': 8192 };
    const began = performance.now();
    await estimateMemory(withFields(recipeByName('parity-12'), largest), ANY);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('is refused if a buffer is larger than the device can bind', async () => {
    await expect(
      estimateMemory(recipeByName('parity-12'), { name: 'small', maxBindingBytes: 1 << 20 }),
    ).rejects.toThrow(/needs a buffer of .* MiB; small binds at most 1.0 MiB/);
  });
});
