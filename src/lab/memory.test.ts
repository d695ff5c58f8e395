/** What is told of a run's memory before it starts, against what it then takes. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { estimateMemory } from './memory';
import { type Recipe, withFields } from './recipe';
import { recipeByName, recipes } from './recipes/index';
import { run } from './run';
import { Session } from './session';

const SHORT = { 'sft.steps': 3, 'grpo.steps': 1, 'evaluation.problems': 1 };
const ANY = { name: 'any', maxBindingBytes: 2 ** 31 };

let offersF16 = false;
beforeAll(async () => {
  const first = await openNodeDevice();
  offersF16 = first.f16;
  first.destroy();
});

let device: Device | null = null;
afterEach(() => device?.destroy());

/** Up to and with the first step of GRPO: nothing is opened after it. */
async function estimatedAndMeasured(recipe: Recipe): Promise<[number, number]> {
  device = await openNodeDevice(); // a fresh one: what readbacks go through outlives a run
  const session = new Session(device, recipe);
  let estimated = 0;
  for await (const event of run(session)) {
    if (event.type === 'start') estimated = event.memory.estimated_bytes;
    if (event.type === 'grpo') break;
  }
  session.destroy();
  return [estimated, device.counters.bytesPeak];
}

describe('the estimate', () => {
  it.for([
    ...recipes.map(({ name }) => ({ name, recompute: false, precision: 'f32' })),
    { name: 'parity-8-nano', recompute: true, precision: 'f32' },
    { name: 'parity-12', recompute: false, precision: 'f16' },
  ])(
    'for $name, recompute $recompute, in $precision, agrees with what the run takes',
    async ({ name, recompute, precision }, { skip }) => {
      skip(precision === 'f16' && !offersF16, 'this adapter has no f16');
      const recipe = withFields(recipeByName(name), { ...SHORT, 'memory.recompute': recompute, precision });
      const [estimated, measured] = await estimatedAndMeasured(recipe);
      expect(Math.abs(estimated - measured) / measured, `${estimated} told, ${measured} taken`).toBeLessThan(0.15);
    },
  );

  it('agrees for a mixture, longer tasks beside it, and a curation that refreshes', async () => {
    const recipe = withFields(recipeByName('parity-8-nano'), {
      ...SHORT,
      'grpo.steps': 2,
      'data.clusters': [
        { task: 'parity', level: 6 },
        { task: 'addition', level: 4 },
      ],
      'data.rlClusters': [{ task: 'addition', level: 3 }],
      'evaluation.others': [{ task: 'parity', level: 30 }],
      'curation.select': 'band',
      'curation.pool': 64,
      'curation.samples': 4,
    });
    const [estimated, measured] = await estimatedAndMeasured(recipe);
    expect(Math.abs(estimated - measured) / measured, `${estimated} told, ${measured} taken`).toBeLessThan(0.15);
  });

  it('adds up from its parts', async () => {
    const { peak, ...parts } = await estimateMemory(recipeByName('parity-12'), ANY);
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(peak);
    for (const [name, bytes] of Object.entries(parts)) expect(bytes, name).toBeGreaterThan(0);
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
