/** The self-test: coverage of every kernel, detection of every faulty kernel, and refusal before the first step. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCountingDevice } from '../../../gpu/counting';
import { openCpuDevice } from '../../../gpu/cpu';
import type { Device } from '../../../gpu/device';
import type { AnyKernel, NumberArray } from '../../../gpu/kernel';
import { openNodeDevice } from '../../../gpu/node';
import { openTuningCache } from '../../../gpu/tuningCache';
import { adamw } from '../../../kernels/adamw';
import { rmsNormGrad } from '../../../kernels/rmsNormGrad';
import { sample } from '../../../kernels/sample';
import { swigluGrad } from '../../../kernels/swiglu';
import { Sampler } from '../../../train/rollout';
import { recipeByName } from '../../recipe/presets/index';
import { withFields } from '../../recipe/recipe';
import type { LabEvent } from '../events';
import { plannedDispatches } from '../memory';
import { run } from '../run';
import { Session } from '../session';
import { recordTrials } from './recording';
import { SelfTestError, selfTest } from './selfTest';
import { compare, runTrials, type Trial } from './trials';

const lab = vi.hoisted(() => ({ version: 'this' }));
vi.mock('../../../version', () => ({
  get LAB_VERSION() {
    return lab.version;
  },
}));

const NANO = withFields(recipeByName('parity-8-nano'), { kernels: 'fixed', 'evaluation.problems': 8 });

const trialsOf = async (device: Device, recipe = NANO) => {
  const session = new Session(device, recipe);
  const trials = await recordTrials(session);
  session.destroy();
  return trials;
};
const pipeline = ({ kernel, constants }: Pick<Trial, 'kernel' | 'constants'>) =>
  JSON.stringify([kernel.name, constants]);

/** Shader with an empty body. */
const emptyShader = ({ wgsl }: AnyKernel): string =>
  wgsl.replace(/(fn main\([^{]*\)\s*\{)/, '$1 if (true) { return; }\n');
describe('a tiny training step', () => {
  it('decodes 8 tokens of each sequence', async () => {
    const generate = vi.spyOn(Sampler.prototype, 'generate');
    await trialsOf(openCpuDevice());
    const asked = generate.mock.calls.map(([requests, { maxNew, temperature }]) => [
      requests.length,
      maxNew,
      temperature,
    ]);
    expect(asked).toEqual([
      [3, 8, NANO.grpo.temperature],
      [3, 8, 0],
    ]);
    const counts = (await Promise.all(generate.mock.results.map(({ value }) => value)))
      .flat()
      .map(({ ids }) => ids.length);
    expect(Math.max(...counts)).toBe(8);
    generate.mockRestore();
  });

  it.each([
    ['an unchanged recipe', {}],
    ['recomputed blocks and an untied head', { 'memory.recompute': true, 'model.tied': false }],
    ['another loss', { 'grpo.lossType': 'cispo', 'grpo.epsilonHigh': 5, 'grpo.samplerCorrection': 'token_truncate' }],
    ['a sequence ratio and a synced reference', { 'grpo.lossType': 'gspo', 'grpo.referenceSync': 2 }],
    ['f16', { precision: 'f16' }],
    ['several passes per step', { tokensPerPass: 128 }],
    ['rows of no multiple of 4', { 'model.width': 20, 'model.heads': 5, 'model.kvHeads': 1, 'model.ffn': 9 }],
  ])('uses every kernel of %s, and shows its faults', async (_, fields) => {
    const recipe = withFields(NANO, fields);
    const device = openCountingDevice({ name: 'any', maxBindingBytes: 2 ** 31, f16: true });
    const dispatches = await plannedDispatches(recipe, device);
    // the cost of f16 also runs kernels in f32, which the cases without f16 cover
    const inF32 = recipe.precision === 'f16' ? await plannedDispatches({ ...recipe, precision: 'f32' }, device) : null;
    const elsewhere = new Set(inF32?.map(pipeline));
    const trials = await trialsOf(device, recipe);
    const detected = (wrong: (trial: Trial) => Readonly<Record<string, NumberArray>>) =>
      new Set(trials.filter((trial) => compare(trial, wrong(trial)) !== null).map(pipeline));
    const needed = new Set(dispatches.map(pipeline).filter((key) => !elsewhere.has(key)));
    expect(needed.size).toBeGreaterThan(20);
    expect([...needed].filter((key) => !trials.some((trial) => pipeline(trial) === key))).toEqual([]);
    const unwritten = detected(({ before }) => before);
    const larger = detected(({ after }) =>
      Object.fromEntries(Object.entries(after).map(([name, numbers]) => [name, numbers.map((x) => x * 1.01)])),
    );
    const missing = detected(({ after }) =>
      Object.fromEntries(Object.entries(after).map(([name, numbers]) => [name, numbers.map(() => Number.NaN)])),
    );
    for (const found of [unwritten, larger, missing]) expect([...needed].filter((key) => !found.has(key))).toEqual([]);
    expect(trials.filter((trial) => compare(trial, trial.after) !== null)).toEqual([]);
  });
});

const shaders = new Map<AnyKernel, string>();
const patch = (kernel: AnyKernel, wgsl: string) => {
  shaders.set(kernel, kernel.wgsl);
  Object.assign(kernel, { wgsl });
};
afterEach(() => {
  for (const [kernel, wgsl] of shaders) Object.assign(kernel, { wgsl });
  shaders.clear();
});
const inMemory = () => openTuningCache({ load: async () => '', append: async () => {} });

describe('on Dawn', () => {
  let device: Device;
  beforeAll(async () => {
    device = { ...(await openNodeDevice()), tuningCache: null };
  });
  afterAll(() => device.destroy());

  it('every kernel agrees with its reference, in one readback', async () => {
    const trials = await trialsOf(device);
    const before = device.counters.readbacks;
    expect(await runTrials(device, trials)).toEqual([]);
    expect(device.counters.readbacks - before).toBe(1);
  });

  it('every kernel with an empty shader is named', async () => {
    const trials = await trialsOf(device);
    const kernels = new Map(trials.map(({ kernel }) => [kernel.name, kernel]));
    for (const [name, kernel] of kernels)
      kernels.set(name, { ...kernel, name: `${name} without a body`, wgsl: emptyShader(kernel) });
    const patched = trials.map((trial) => ({ ...trial, kernel: kernels.get(trial.kernel.name)! }));
    const named = new Set((await runTrials(device, patched)).map(({ kernel }) => kernel));
    expect([...named].sort()).toEqual([...kernels.values()].map(({ name }) => name).sort());
  });

  it('the test runs once per adapter, version of the lab and set of shaders, with fixed kernels too', async () => {
    const cached = { ...device, tuningCache: await inMemory() };
    const session = new Session(cached, NANO);
    const dispatches = await plannedDispatches(NANO, session.device);
    const cost = async () => {
      const before = device.counters.dispatches;
      await selfTest(session, dispatches);
      return device.counters.dispatches - before;
    };
    expect(await cost()).toBeGreaterThan(dispatches.length / 4);
    expect(await cost()).toBe(0);
    patch(adamw, `${adamw.wgsl}\n// another version`);
    expect(await cost()).toBeGreaterThan(dispatches.length / 4);
    lab.version = 'next';
    expect(await cost()).toBeGreaterThan(dispatches.length / 4);
    expect(await cost()).toBe(0);
    session.destroy();
  });

  it('the test takes less than 2 s', async () => {
    const session = new Session(device, NANO);
    const dispatches = await plannedDispatches(NANO, session.device);
    await device.compile(dispatches);
    const began = performance.now();
    await selfTest(session, dispatches);
    expect(performance.now() - began).toBeLessThan(2000);
    session.destroy();
  });
});

describe('a run', () => {
  /** Events up to the first step. */
  const runToFirstStep = async (device: Device, events: LabEvent[] = []) => {
    const session = new Session(device, withFields(NANO, { 'sft.sequences': 4, 'sft.steps': 1 }));
    try {
      for await (const event of run(session)) {
        events.push(event);
        if (event.type === 'sft') break;
      }
    } finally {
      session.destroy();
    }
  };

  it('is refused before its first step, with faulty kernels and figures', async () => {
    for (const kernel of [swigluGrad, rmsNormGrad, adamw, sample]) patch(kernel, emptyShader(kernel));
    const tuningCache = await inMemory();
    const device = { ...(await openNodeDevice()), tuningCache };
    const events: LabEvent[] = [];
    const refused = runToFirstStep(device, events);
    await expect(refused).rejects.toThrow(SelfTestError);
    await expect(refused).rejects.toThrow(
      /^self-test: .* computes wrong: sample \(sample\): .*; largest difference .*, allowed .*; and 1 more kernels?\. Nothing was trained\. Update/,
    );
    await expect(refused).rejects.toThrow(/swiglu_grad|rms_norm_grad|adamw/);
    expect(events.map(({ type }) => type)).toEqual(['start', 'stage']);
    device.destroy();
  });

  it('skips the test on the CPU reference', async () => {
    const device = openCpuDevice();
    const session = new Session(device, NANO);
    const before = device.counters.dispatches;
    await selfTest(session, await plannedDispatches(NANO, device));
    expect(device.counters.dispatches).toBe(before);
  });
});
