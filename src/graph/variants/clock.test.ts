/** Choice of a clock that is fine enough for the work, also on a page whose clock ticks in whole milliseconds. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { type Device, whole } from '../../gpu/device';
import { squareSum } from '../../kernels/gradNorm';
import { clockStep, pickClock, type Timed } from './clock';

it.each([
  [1, 0.05],
  [0.1, 0.01],
  [0.005, 0.005],
])('finds that a clock ticks every %f ms', (tick, passing) => {
  let real = 0;
  const now = () => {
    real += passing;
    return Math.floor(real / tick + 1e-9) * tick;
  };
  expect(clockStep(now)).toBeCloseTo(tick, 9);
});

it('ends where a clock does not move', () => expect(clockStep(() => 7)).toBe(Number.POSITIVE_INFINITY));

describe('the clock of a device', () => {
  afterEach(() => vi.restoreAllMocks());

  /** @param profiled milliseconds that each dispatch takes by the adapter; null without timestamps */
  async function open(profiled: number | null): Promise<{ device: Device; timed: Timed; runs: number[] }> {
    const runs: number[] = [];
    const cpu = openCpuDevice();
    const trial = squareSum.cases[0]!;
    const buffers = Object.fromEntries(
      Object.entries(trial.buffers).map(([name, numbers]) => [name, cpu.createBuffer(name, numbers.length * 4)]),
    );
    const dispatch = {
      label: 'work',
      kernel: squareSum,
      constants: { ...squareSum.constants, ...trial.constants },
      bindings: Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [name, whole(buffer)])),
      params: trial.params,
    };
    const sequence = await cpu.prepare([dispatch]);
    const device: Device = {
      ...cpu,
      async read(ranges, given) {
        runs.push(...(given ?? []).map(({ repeat = 1 }) => repeat));
        return cpu.read(ranges, given);
      },
      profile: async () => (profiled === null ? null : [{ dispatch, milliseconds: profiled }]),
    };
    return { device, timed: { sequence, result: whole(Object.values(buffers).at(-1)!) }, runs };
  }
  const coarse = () => {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => Math.floor(now()));
  };

  it('is the page’s where that is fine: a few milliseconds are enough', async () => {
    const { device, timed, runs } = await open(7);
    const clock = await pickClock(device, timed);
    expect(clock.repeatsFor(1)).toBe(4);
    expect(await clock.time(timed, 4)).toBeLessThan(7);
    expect(runs).toEqual([4]);
  });

  it('is the adapter’s where the page’s ticks in whole milliseconds', async () => {
    coarse();
    const { device, timed, runs } = await open(7);
    const clock = await pickClock(device, timed);
    expect(clock.repeatsFor(0.01)).toBe(1);
    expect(await clock.time(timed, 1)).toBe(7);
    expect(runs).toEqual([]);
  });

  it.each([null, 0])('is the page’s with many repeats where timestamps say %s', async (profiled) => {
    coarse();
    const { device, timed, runs } = await open(profiled);
    const clock = await pickClock(device, timed);
    expect(clock.repeatsFor(1)).toBe(100);
    expect(clock.repeatsFor(0)).toBe(1024);
    await clock.time(timed, 100);
    expect(runs).toEqual([100]);
  });
});
