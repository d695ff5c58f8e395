/** Exact counts of what decoding computes, submits and reads back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device, Run } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { Pace } from './pace';
import { config, many, opener, openLoaded, options, requests } from './rollout.fixture';

const L = config.num_hidden_layers;
const DECODE_STEP = 5 * L + 3;
/** Embedding; norm, qkv, rope and cache of every layer; attention to down projection of all layers but the last. */
const PREFILL = 1 + 4 * L + 6 * (L - 1);

let device: Device;
let open: ReturnType<typeof opener>;

beforeAll(async () => {
  device = await openNodeDevice();
  open = opener(openLoaded(device));
});
afterAll(() => device.destroy());

it('reads back once per 16 tokens of the whole batch, and creates nothing in the steady state', async () => {
  const sampler = await open(4, { newTokens: 40, ends: [] }); // every rollout uses its whole budget
  for (const [maxNew, readbacks] of [
    [16, 1],
    [31, 1],
    [40, 2],
  ] as const) {
    await sampler.generate(requests.slice(0, 4), { ...options, maxNew });
    const before = { ...device.counters };
    const { steps } = sampler.statistics;
    await sampler.generate(requests.slice(0, 4), { ...options, maxNew });
    const made = (counter: keyof typeof before) => device.counters[counter] - before[counter];
    expect(made('readbacks')).toBe(readbacks);
    expect([made('buffers'), made('bindGroups'), made('pipelines')]).toEqual([0, 0, 0]);
    expect(sampler.statistics.steps - steps).toBe(maxNew);
    expect(made('dispatches')).toBe(PREFILL + maxNew * DECODE_STEP);
  }
  sampler.destroy();
});

it('reads back at most once per 16 steps when slots are reused many times', async () => {
  const sampler = await open(5, { newTokens: 40 });
  const before = { ...device.counters };
  await sampler.generate(many, { ...options, maxNew: 40 });
  expect(device.counters.readbacks - before.readbacks).toBeLessThanOrEqual(sampler.statistics.steps / 16);
  expect(device.counters.bindGroups - before.bindGroups).toBe(0);
  sampler.destroy();
});

it("computes a group's prompt once, however far apart its rollouts start", async () => {
  const sampler = await open(3);
  await sampler.generate(many, options);
  const distinct = new Map(many.map(({ prompt }) => [prompt.slice(0, -1).join(), prompt.length - 1]));
  expect(sampler.statistics.prefillTokens).toBe([...distinct.values()].reduce((a, b) => a + b));
  sampler.destroy();
});

it('prefills many prompts in several passes, and prompts of one token not at all', async () => {
  const long = Array.from({ length: 60 }, (_, sequence) => ({
    prompt: Array.from({ length: 21 }, (_, t) => (sequence + t * (1 + (sequence % 7))) % 23),
    sequence,
  }));
  const short = long.map(({ prompt, sequence }) => ({ prompt: prompt.slice(0, 1), sequence }));
  const [wide, narrow, single] = [
    await open(60, { promptTokens: 21 }),
    await open(9, { promptTokens: 21 }),
    await open(60, { promptTokens: 1 }),
  ];
  const { dispatches } = device.counters;
  const together = await wide.generate(long, { ...options, maxNew: 3 });
  expect(device.counters.dispatches - dispatches).toBe(2 * PREFILL + 3 * DECODE_STEP);
  expect(wide.statistics.prefillTokens).toBe(60 * 20);
  expect(await narrow.generate(long, { ...options, maxNew: 3 })).toEqual(together);
  expect(await single.generate(short, options)).toEqual(await narrow.generate(short, options));
  expect(single.statistics.prefillTokens).toBe(0);
  for (const sampler of [wide, narrow, single]) sampler.destroy();
});

/** Wraps a device to report every submit of decoding steps and every readback. */
function observed(submitted: (rows: number, steps: number) => void, arrived: () => void): Device {
  const report = (runs: readonly Run[]) => {
    for (const { dynamics, repeat = 1 } of runs) if (dynamics?.rows !== undefined) submitted(dynamics.rows, repeat);
  };
  return {
    ...device,
    submit(runs) {
      report(runs);
      device.submit(runs);
    },
    async read(ranges, runs = []) {
      report(runs);
      const contents = await device.read(ranges, runs);
      arrived();
      return contents;
    },
  };
}

it.each([1, 15])('the work of a step shrinks with the live slots, %i steps ahead of a readback', async (ahead) => {
  const maxNew = 64;
  const submits: { rows: number; steps: number }[] = [];
  const on = observed(
    (rows, steps) => submits.push({ rows, steps }),
    () => {},
  );
  const pace = new Pace(Infinity, ahead === 1 ? 0 : Infinity);
  const sampler = await open(many.length, { newTokens: maxNew, pace, on });
  submits.length = 0; // drop the autotuning of the sampler
  const completions = await sampler.generate(many, { ...options, maxNew });
  sampler.destroy();
  const after = (steps: number) => completions.filter(({ ids }) => ids.length > steps).length;
  const rest = 16 - ahead;
  expect(submits).toEqual([
    { rows: many.length, steps: 16 },
    { rows: many.length, steps: ahead },
    { rows: after(16), steps: rest },
    { rows: after(16), steps: ahead },
    { rows: after(32), steps: rest },
    { rows: after(32), steps: ahead },
    { rows: after(48), steps: rest },
  ]);
  expect(after(48)).toBeLessThan(many.length / 3);
  expect(sampler.statistics.rows).toBe(submits.reduce((sum, { rows, steps }) => sum + rows * steps, 0));
});

it('submits the next steps before a readback arrives', async () => {
  const events: string[] = [];
  const on = observed(
    () => events.push('submit'),
    () => events.push('arrival'),
  );
  const sampler = await open(4, { newTokens: 64, pace: new Pace(Infinity), on, ends: [] });
  events.length = 0; // drop the autotuning of the sampler
  await sampler.generate(requests.slice(0, 4), { ...options, maxNew: 64 });
  sampler.destroy();
  const chunk = ['submit', 'submit', 'arrival'];
  expect(events).toEqual([...chunk, ...chunk, ...chunk, 'submit', 'arrival']);
});

it('submits as many steps as fit 100 ms, and at least one', () => {
  const pace = new Pace(100);
  pace.measured(16, 0, 160);
  expect(pace.stepsPerSubmit()).toBe(10);
  pace.measured(16, 100, 320); // waited for the chunk before it until 160
  expect(pace.stepsPerSubmit()).toBe(10);
  expect(pace.stepsAhead()).toBe(2);
  pace.measured(16, 320, 16_320);
  expect([pace.stepsPerSubmit(), pace.stepsAhead()]).toEqual([1, 1]);
});
