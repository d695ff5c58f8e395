/** Decoding with the cache against the whole model at once, and what a rollout may depend on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { sampleRandom } from '../kernels/sample';
import { parsePhiConfig } from '../model/config';
import { Arena, initialTensors, parameterTable } from '../model/parameters';
import { Sampler, type SamplingOptions } from './rollout';
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
const prompts = [[5], [1, 2, 4, 8, 16], [7, 7, 7], [22, 0, 11, 6]];
const requests = prompts.map((prompt, sequence) => ({ prompt, sequence }));
const options: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: 20, seed: 11 };

let device: Device;
let weights: Arena;
const open = (slots: number) => Sampler.create(device, config, weights, { slots, promptTokens: 5, newTokens: 20 }, END);

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

it('a rollout depends on its sequence and the seed, not on its slot, its batch or the waves', async () => {
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
  const sampler = await open(4);
  await sampler.generate(requests, { ...options, maxNew: 16 });
  const before = { ...device.counters };
  await sampler.generate(requests, { ...options, maxNew: 16 });
  const made = (counter: keyof typeof before) => device.counters[counter] - before[counter];
  expect(made('readbacks')).toBe(1);
  expect([made('buffers'), made('bindGroups'), made('pipelines')]).toEqual([0, 0, 0]);
  const steps = 5 - 1 + 16;
  expect(made('dispatches')).toBe(steps * (8 * config.num_hidden_layers + 4));
  sampler.destroy();
});

it('refuses what it was not made for', async () => {
  const sampler = await open(2);
  await expect(sampler.generate([{ prompt: [], sequence: 0 }], options)).rejects.toThrow('a prompt of 0 tokens');
  await expect(sampler.generate([{ prompt: [1, 2, 3, 4, 5, 6], sequence: 0 }], options)).rejects.toThrow('1 to 5');
  await expect(sampler.generate(requests, { ...options, maxNew: 21 })).rejects.toThrow('21 new tokens');
  sampler.destroy();
});
