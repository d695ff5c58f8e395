/** Too little memory: refused before a run and caught within one, with a setting that fits. */
import { describe, expect, it, vi } from 'vitest';
import { openLimitedDevice } from '../../gpu/limitedMemory.fixture';
import { openNodeDevice } from '../../gpu/node';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { SettingChange } from './advice';
import { fittingSetting, foreseeMemory, MemoryError, openSession } from './fittingSetting';
import { estimateMemory } from './memory';
import { run } from './run';
import { Session } from './session';
import { PLAIN } from './tinyRun.fixture';

// the self-test takes more memory than the smallest runs
vi.mock('./selfTest/selfTest', () => ({ selfTest: async () => {} }));

const ANY = { name: 'any', maxBindingBytes: 2 ** 31 };
const MIB = 2 ** 20;
const NANO = recipeByName('parity-8-nano');
const changed = (recipe: Recipe, { field, to }: SettingChange) => withFields(recipe, { [field]: to });

/** Error of a promise that rejects. */
const errorOf = (promise: Promise<unknown>): Promise<MemoryError> =>
  promise.then(
    () => expect.fail('nothing was refused'),
    (error: MemoryError) => error,
  );

describe('the setting that fits', () => {
  const peakOf = async (recipe: Recipe) => (await estimateMemory(recipe, ANY)).peak;

  it.each<[string, Record<string, unknown>, (peak: number) => number, string]>([
    ['a little too little', {}, (peak) => 0.8 * peak, 'tokensPerPass'],
    ['few tokens per pass', { tokensPerPass: 128, 'model.layers': 12 }, (peak) => 0.97 * peak, 'memory.recompute'],
    [
      'many rollouts',
      { tokensPerPass: 128, 'memory.recompute': true, 'grpo.groupSize': 64 },
      (p) => 0.7 * p,
      'grpo.groupSize',
    ],
  ])('with %s', async (_, fields, bytes, field) => {
    const recipe = withFields(NANO, fields);
    const limit = bytes(await peakOf(recipe));
    const change = (await fittingSetting(recipe, ANY, limit))!;
    expect(change.field).toBe(field);
    expect(await peakOf(changed(recipe, change))).toBeLessThanOrEqual(limit);
    if (typeof change.to !== 'number') return;
    const larger = withFields(recipe, { [field]: 2 * change.to });
    expect(await peakOf(larger)).toBeGreaterThan(limit);
  });

  it('is none if the model alone is too large', async () => {
    expect(await fittingSetting(NANO, ANY, 1000)).toBeNull();
  });
});

describe('before the run', () => {
  const small = { name: 'small', maxBindingBytes: 2 * MIB };

  it('a buffer that the device does not bind names the setting, in the terminal as an option', async () => {
    const recipe = recipeByName('parity-12');
    const error = await errorOf(foreseeMemory(recipe, small));
    expect(error).toBeInstanceOf(MemoryError);
    expect(error.message).toMatch(/ needs a buffer of .* MiB; small binds at most 2\.0 MiB; use \S+=\S+ \(now \S+\)$/);
    expect(error.terminalMessage).toContain('; use --set ');
    await foreseeMemory(changed(recipe, error.change!), small);
  });

  it('a model that no setting makes fit is refused without one', async () => {
    const error = await errorOf(foreseeMemory(recipeByName('parity-12'), { ...small, maxBindingBytes: 1000 }));
    expect(error.message).toMatch(/; choose a smaller model or another device$/);
  });

  it('a session is refused in the same words', async () => {
    const device = { ...(await openNodeDevice()), ...small };
    const error = await errorOf(openSession(device, recipeByName('parity-12')));
    expect(error.message).toMatch(/small binds at most 2\.0 MiB; use /);
    device.destroy();
  });
});

it('a run on a device with too little memory names the setting, with which it fits', async () => {
  const recipe = withFields(PLAIN, { 'sft.steps': 1, 'sft.sequences': 16, 'grpo.prompts': 8, 'grpo.groupSize': 16 });
  const { peak } = await estimateMemory(recipe, ANY);
  const memory = 0.7 * peak;
  const runOn = async (recipe: Recipe) => {
    const device = await openLimitedDevice(() => memory);
    const session = new Session(device, recipe);
    try {
      for await (const event of run(session)) if (event.type === 'grpo') return;
    } finally {
      session.destroy();
      device.destroy();
    }
  };
  const error = await errorOf(runOn(recipe));
  expect(error).toBeInstanceOf(MemoryError);
  expect(error.message).toMatch(
    /^(\S+)=\d+ needs \d.* MiB, but WebGPU: .* has only \d.* MiB for it; use \1=\d+ \(now \d+\)$/,
  );
  await runOn(changed(recipe, error.change!));
});
