/** Whole runs: repeatable to the bit, paused by not pulling the generator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { lossTypes } from '../../train/losses/index';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { eventToLine, type GrpoEvent, type LabEvent } from './events';
import { run } from './run';
import { Session } from './session';
import { PLAIN, runAll, TINY } from './tinyRun.fixture';

/** Fields that may differ: the clock, and the peak, which counts buffers of earlier readbacks. */
const FREE: readonly string[] = ['step_time', 'seconds', 'peak_bytes'];
const repeated = (events: readonly LabEvent[]) =>
  events.map((event) => JSON.parse(eventToLine(event), (key, value) => (FREE.includes(key) ? 0 : value)));
const exact = (events: readonly LabEvent[]) =>
  events.flatMap((event) =>
    event.type === 'sft' ? [event.loss, event.grad_norm] : event.type === 'grpo' ? Object.values(event.metrics) : [],
  );

describe('a run on Dawn', () => {
  let device: Device;
  let events: LabEvent[];
  beforeAll(async () => {
    device = await openNodeDevice();
    events = await runAll(device, TINY);
  });
  afterAll(() => device.destroy());

  it('compiles nothing between the first training step and the last', async () => {
    const fresh = await openNodeDevice();
    const session = new Session(fresh, withFields(TINY, { kernels: 'fixed' }));
    let before: number | null = null;
    for await (const event of run(session)) {
      if (event.type === 'sft') before ??= fresh.counters.pipelines;
      expect(fresh.counters.pipelinesReady).toBe(fresh.counters.pipelines);
    }
    expect(fresh.counters.pipelines).toBe(before);
    session.destroy();
    fresh.destroy();
  });

  it('sends its stages in order and ends with the summary', () => {
    expect(events.map((event) => (event.type === 'stage' ? event.stage : event.type))).toEqual([
      ...['start', 'compile', 'sft'],
      ...Array(6).fill('sft'),
      ...['evaluate', 'evaluation', 'compile', 'grpo'],
      ...Array(2).fill('grpo'),
      ...['evaluate', 'evaluation', 'end'],
    ]);
    const end = events.at(-1);
    expect(end?.type === 'end' && end.summary).toMatchObject({
      recipe: 'parity-8-nano',
      seed: 0,
      sft: { steps: 6 },
      grpo: { steps: 2, curve: [{ step: 1 }, { step: 2 }] },
      memory: { estimated_bytes: expect.any(Number), peak_bytes: expect.any(Number) },
    });
  });

  it('repeats to the bit, and differs with another seed', async () => {
    const again = await runAll(device, TINY);
    expect(exact(again)).toEqual(exact(events));
    expect(repeated(again)).toEqual(repeated(events));
    expect(exact(await runAll(device, withFields(TINY, { seed: 1 })))).not.toEqual(exact(events));
  });

  it("agrees between sampler and trainer within 1e-4, and starts at the reference's policy", () => {
    const [first] = events.filter((event): event is GrpoEvent => event.type === 'grpo');
    expect(first!.metrics['sampling/sampling_logp_difference/max']).toBeLessThan(1e-4);
    expect(first!.metrics.kl).toBeLessThan(1e-6);
    expect(first!.metrics['clip_ratio/region_mean']).toBe(0);
  });

  it('gives each completion its parts, and each group advantages that sum to 0', () => {
    for (const event of events)
      if (event.type === 'grpo')
        for (const { rollouts } of event.groups) {
          expect(rollouts).toHaveLength(4);
          expect(Math.abs(rollouts.reduce((sum, { advantage }) => sum + advantage, 0))).toBeLessThan(1e-9);
          for (const { reward, parts, ids, logprobs } of rollouts) {
            expect(parts.reduce((sum, { weight, value }) => sum + weight * value, 0)).toBeCloseTo(reward, 12);
            expect(logprobs.length).toBe(ids.length);
          }
        }
  });

  it('frees everything if it is abandoned in the middle', async () => {
    const session = new Session(device, PLAIN);
    const generator = run(session);
    for (let i = 0; i < 6; i++) await generator.next();
    await generator.return();
    session.destroy();
    await device.idle();
  });

  it('ends with a reason if the device is destroyed with work in flight', async () => {
    const gone = await openNodeDevice();
    const session = new Session(gone, PLAIN);
    const generator = run(session);
    for (let i = 0; i < 6; i++) await generator.next();
    const next = generator.next();
    gone.destroy();
    await expect(next).rejects.toThrow('the device was destroyed');
    session.destroy();
    await device.idle(); // another one goes on
  });

  it('survives a batch in which every completion is masked, μ > 1, and every loss', async () => {
    const masked = {
      'grpo.maskTruncated': true,
      'sft.steps': 0,
      'grpo.steps': 1,
      'reward.lMax': 6,
      'reward.lPos': 5,
      'reward.lNeg': 2,
    };
    await runAll(device, withFields(PLAIN, masked));
    for (const lossType of lossTypes.slice(1)) {
      const fields = {
        'sft.steps': 1,
        'grpo.lossType': lossType,
        'grpo.updates': 2,
        'grpo.epsilonHigh': lossType === 'cispo' ? 2 : 0.28,
      };
      const all = await runAll(device, withFields(PLAIN, fields));
      expect(all.at(-1)?.type, lossType).toBe('end');
    }
  });

  it('ends SFT at the gate of sampled accuracy, and not before', async () => {
    const gated = (gateAccuracy: number) =>
      runAll(
        device,
        withFields(PLAIN, { 'sft.steps': 40, 'sft.gateEvery': 4, 'sft.gateAccuracy': gateAccuracy, 'grpo.steps': 0 }),
      );
    const steps = (all: readonly LabEvent[]) => all.filter(({ type }) => type === 'sft').length;
    const low = steps(await gated(0.01));
    expect(low % 4).toBe(0);
    expect(low).toBeLessThan(40);
    expect(steps(await gated(1))).toBeGreaterThan(low);
  });
});

it('runs on the CPU device', async () => {
  const events = await runAll(openCpuDevice(), PLAIN);
  expect(events[0]).toMatchObject({ type: 'start', device: 'cpu', adapter: 'CPU reference' });
  expect(events.at(-1)?.type).toBe('end');
});

it('a recipe that does not fit the device is refused before the run', () => {
  const small = { ...openCpuDevice(), maxBindingBytes: 1 << 20 };
  expect(() => new Session(small, recipeByName('parity-12'))).toThrow(
    /needs a buffer of [\d.]+ MiB; .* binds at most 1.0 MiB/,
  );
  expect(() => new Session(openCpuDevice(), withFields(PLAIN, { 'task.level': 1 }))).toThrow('raise the level');
});
