/** Decoding with the cache against the whole model at once, and what a rollout may depend on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device, Run } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { sampleRandom } from '../kernels/sample';
import { parsePhiConfig } from '../model/config';
import { Arena, initialTensors, parameterTable } from '../model/parameters';
import { Pace } from './pace';
import { Sampler } from './rollout';
import type { SamplingOptions } from './sampling';
import { sequenceLogits } from './scoring';

const config = parsePhiConfig({
  vocab_size: 23,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 40,
  partial_rotary_factor: 0.5,
});
const END = 3;
const prompts = [[5], [1, 2, 4, 8, 16], [7, 7, 7], [22, 0, 11, 6], [9, 14]];
const requests = prompts.map((prompt, sequence) => ({ prompt, sequence }));
const options: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: 20, seed: 11 };

let device: Device;
let weights: Arena;
const L = config.num_hidden_layers;
const DECODE_STEP = 8 * L + 4;
/** Embedding; norm, qkv, rope and cache of every layer; attention to down of all but the last. */
const PREFILL = 1 + 4 * L + 6 * (L - 1);
const open = (slots: number, { promptTokens = 5, newTokens = 20, pace = new Pace(), on = device, end = END } = {}) =>
  Sampler.create(on, config, weights, { slots, promptTokens, newTokens }, end, pace);

beforeAll(async () => {
  device = await openNodeDevice();
  weights = new Arena(device, parameterTable(config), 'weights');
  weights.load(initialTensors(config, 0.25, 5));
});
afterAll(() => device.destroy());

/** Completes by the whole model, one forward pass a token: no cache, the same random numbers. */
async function uncached(prompt: readonly number[], sequence: number, temperature: number) {
  const ids: number[] = [];
  const logprobs: number[] = [];
  while (ids.length < options.maxNew && ids.at(-1) !== END) {
    const [rows] = await sequenceLogits(device, config, weights, [[...prompt, ...ids]]);
    const logits = [...rows!.at(-1)!].map((logit) => logit / (temperature || 1));
    const top = Math.max(...logits);
    const masses = logits.map((logit) => Math.exp(logit - top));
    const total = masses.reduce((a, b) => a + b, 0);
    let goal = sampleRandom(options.seed, sequence, ids.length) * total;
    const sampled = masses.findIndex((mass) => {
      goal -= mass;
      return goal < 0;
    });
    const token = temperature === 0 ? logits.indexOf(top) : sampled;
    ids.push(token);
    logprobs.push(logits[token]! - top - Math.log(total));
  }
  return { ids, logprobs };
}

describe.each([0, 0.7, 1])('at temperature %f', (temperature) => {
  it('cached and uncached generation agree token for token, and in log-probability within 1e-4', async () => {
    const sampler = await open(prompts.length);
    const completions = await sampler.generate(requests, { ...options, temperature });
    sampler.destroy();
    for (const [i, { ids, logprobs, ended }] of completions.entries()) {
      const whole = await uncached(prompts[i]!, i, temperature);
      expect(ids).toEqual(whole.ids);
      expect(ended).toBe(ids.at(-1) === END);
      whole.logprobs.forEach((logprob, t) => expect(Math.abs(logprobs[t]! - logprob)).toBeLessThan(1e-4));
    }
  });
});

it('a rollout depends on its sequence and the seed, not on its slot or its batch', async () => {
  const [wide, narrow] = [await open(8), await open(1)];
  const together = await wide.generate(requests, options);
  expect(await narrow.generate(requests, options)).toEqual(together);
  expect(await wide.generate([...requests].reverse(), options)).toEqual([...together].reverse());
  expect(await wide.generate(requests, options)).toEqual(together);
  expect(await wide.generate(requests, { ...options, seed: 12 })).not.toEqual(together);
  const moved = await wide.generate(
    requests.map((request) => ({ ...request, sequence: request.sequence + 100 })),
    options,
  );
  expect(moved).not.toEqual(together);
  wide.destroy();
  narrow.destroy();
});

/** Rollouts of 13 groups, far more than slots, which end anywhere between the first token and the budget. */
const many = Array.from({ length: 13 * 4 }, (_, sequence) => {
  const group = Math.floor(sequence / 4);
  return { prompt: [group, ...prompts[group % prompts.length]!].slice(0, 1 + (group % 5)), sequence };
});

it('many rollouts through few slots are the same as all at once, in any order and at any pace', async () => {
  const longer = { ...options, maxNew: 70 };
  const generate = async (slots: number, pace: Pace, order = many) => {
    const sampler = await open(slots, { newTokens: 70, pace });
    const completions = await sampler.generate(order, longer);
    sampler.destroy();
    return completions;
  };
  const together = await generate(64, new Pace());
  const lengths = together.map(({ ids }) => ids.length);
  expect(new Set(lengths).size).toBeGreaterThan(10);
  expect(Math.min(...lengths)).toBeLessThan(16);
  expect(Math.max(...lengths)).toBeGreaterThan(32);
  expect(await generate(7, new Pace(0))).toEqual(together); // a step a submit
  expect(await generate(5, new Pace(Infinity))).toEqual(together); // a chunk a submit
  const shuffled = many.map((_, i) => many[(i * 23) % many.length]!);
  expect(await generate(6, new Pace(), shuffled)).toEqual(shuffled.map(({ sequence }) => together[sequence]));
});

it('draws tokens as often as their probabilities say', async () => {
  const [prompt] = prompts as [number[]];
  const sampler = await open(256);
  const many = Array.from({ length: 4096 }, (_, sequence) => ({ prompt, sequence }));
  const drawn = await sampler.generate(many, { ...options, maxNew: 1 });
  sampler.destroy();
  const [rows] = await sequenceLogits(device, config, weights, [prompt]);
  const weightsOf = [...rows![0]!].map(Math.exp);
  const total = weightsOf.reduce((a, b) => a + b, 0);
  weightsOf.forEach((weight, token) => {
    const p = weight / total;
    const share = drawn.filter(({ ids }) => ids[0] === token).length / many.length;
    // five standard errors
    expect(Math.abs(share - p), `token ${token}`).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / many.length) + 1e-3);
  });
});

it('reads back once for 16 tokens of the whole batch, and creates nothing in the steady state', async () => {
  const sampler = await open(4, { newTokens: 40 });
  for (const [maxNew, readbacks] of [
    [16, 1],
    [31, 1],
    [40, 2],
  ] as const) {
    await sampler.generate(requests.slice(0, 4), { ...options, maxNew, temperature: 0 });
    const before = { ...device.counters };
    const { steps } = sampler.statistics;
    await sampler.generate(requests.slice(0, 4), { ...options, maxNew, temperature: 0 });
    const made = (counter: keyof typeof before) => device.counters[counter] - before[counter];
    expect(made('readbacks')).toBe(readbacks);
    expect([made('buffers'), made('bindGroups'), made('pipelines')]).toEqual([0, 0, 0]);
    expect(sampler.statistics.steps - steps).toBe(maxNew);
    expect(made('dispatches')).toBe(PREFILL + maxNew * DECODE_STEP);
  }
  const before = { ...device.counters };
  const { steps } = sampler.statistics;
  await sampler.generate(many, { ...options, maxNew: 40 });
  const taken = sampler.statistics.steps - steps;
  expect(device.counters.readbacks - before.readbacks).toBeLessThanOrEqual(taken / 16);
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

it('computes more prompts than one pass holds in several, and none where all are of one token', async () => {
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

/** The device, telling of every submit of decoding steps and of every readback that arrives. */
function telling(submitted: (rows: number, steps: number) => void, arrived: () => void): Device {
  const tell = (runs: readonly Run[]) => {
    for (const { dynamics, repeat = 1 } of runs) if (dynamics?.rows !== undefined) submitted(dynamics.rows, repeat);
  };
  return {
    ...device,
    submit(runs) {
      tell(runs);
      device.submit(runs);
    },
    async read(ranges, runs = []) {
      tell(runs);
      const contents = await device.read(ranges, runs);
      arrived();
      return contents;
    },
  };
}

it('puts as many steps into a submit as 100 ms hold, and never fewer than one', () => {
  const pace = new Pace(100);
  pace.measured(16, 0, 160);
  expect(pace.stepsPerSubmit()).toBe(10);
  pace.measured(16, 100, 320); // waited for the chunk before it until 160
  expect(pace.stepsPerSubmit()).toBe(10);
  pace.measured(16, 320, 16_320);
  expect(pace.stepsPerSubmit()).toBe(1);
});

it('the work of a step shrinks with the live slots', async () => {
  const maxNew = 64;
  const told: { rows: number; steps: number }[] = [];
  const on = telling(
    (rows, steps) => told.push({ rows, steps }),
    () => {},
  );
  const sampler = await open(many.length, { newTokens: maxNew, pace: new Pace(Infinity), on });
  const completions = await sampler.generate(many, { ...options, maxNew });
  sampler.destroy();
  // a chunk leaves out what ended before the chunk that runs while it is submitted
  const live = [0, 1, 2, 3].map((chunk) => completions.filter(({ ids }) => ids.length > 16 * (chunk - 1)).length);
  expect(told).toEqual(live.filter((rows) => rows > 0).map((rows) => ({ rows, steps: 16 })));
  expect(live[3]).toBeLessThan(many.length / 2);
  expect(sampler.statistics.rows).toBe(told.reduce((sum, { rows, steps }) => sum + rows * steps, 0));
});

it('submits the next chunk before the last readback has arrived', async () => {
  const events: string[] = [];
  const on = telling(
    () => events.push('submit'),
    () => events.push('arrival'),
  );
  const sampler = await open(4, { newTokens: 64, pace: new Pace(Infinity), on, end: config.vocab_size });
  await sampler.generate(requests.slice(0, 4), { ...options, maxNew: 64 });
  sampler.destroy();
  expect(events).toEqual(['submit', 'submit', 'arrival', 'submit', 'arrival', 'submit', 'arrival', 'arrival']);
});

it('refuses what it was not made for', async () => {
  const sampler = await open(2);
  await expect(sampler.generate([{ prompt: [], sequence: 0 }], options)).rejects.toThrow('a prompt of 0 tokens');
  await expect(sampler.generate([{ prompt: [1, 2, 3, 4, 5, 6], sequence: 0 }], options)).rejects.toThrow('1 to 5');
  await expect(sampler.generate(requests, { ...options, maxNew: 21 })).rejects.toThrow('21 new tokens');
  sampler.destroy();
});
