/** Decoding with the KV cache against full forward passes, and independence of rollouts from slots and batches. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { sampleRandom } from '../kernels/sample';
import type { Model } from '../model/model';
import { Pace } from './pace';
import { END, many, opener, openLoaded, options, prompts, requests } from './rollout.fixture';
import type { Completion, RolloutRequest } from './sampling';
import { sequenceLogits } from './scoring';

let device: Device;
let model: Model;
let open: ReturnType<typeof opener>;

beforeAll(async () => {
  device = await openNodeDevice();
  model = openLoaded(device);
  open = opener(model);
});
afterAll(() => device.destroy());

/** Completes a prompt with one full forward pass per token: no cache, the same random numbers. */
async function uncached(prompt: readonly number[], sequence: number, temperature: number) {
  const ids: number[] = [];
  const logprobs: number[] = [];
  while (ids.length < options.maxNew && ids.at(-1) !== END) {
    const [rows] = await sequenceLogits(model, [[...prompt, ...ids]]);
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
  expect(await generate(7, new Pace(0, 0))).toEqual(together); // one step per submit, one ahead
  expect(await generate(5, new Pace(Infinity, Infinity))).toEqual(together); // one chunk per submit, almost one ahead
  const shuffled = many.map((_, i) => many[(i * 23) % many.length]!);
  expect(await generate(6, new Pace(), shuffled)).toEqual(shuffled.map(({ sequence }) => together[sequence]));
});

it('samples tokens as often as their probabilities say', async () => {
  const [prompt] = prompts as [number[]];
  const sampler = await open(256);
  const many = Array.from({ length: 4096 }, (_, sequence) => ({ prompt, sequence }));
  const completions = await sampler.generate(many, { ...options, maxNew: 1 });
  sampler.destroy();
  const [rows] = await sequenceLogits(model, [prompt]);
  const weightsOf = [...rows![0]!].map(Math.exp);
  const total = weightsOf.reduce((a, b) => a + b, 0);
  weightsOf.forEach((weight, token) => {
    const p = weight / total;
    const share = completions.filter(({ ids }) => ids[0] === token).length / many.length;
    // five standard errors
    expect(Math.abs(share - p), `token ${token}`).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / many.length) + 1e-3);
  });
});

it('streams the same completions with the logits of each token, also after forced tokens', async () => {
  const longer = { ...options, maxNew: 70 };
  const sampler = await open(6, { newTokens: 70, keptSteps: 31 + 9 });
  const stream = async (asked: readonly RolloutRequest[]) => {
    const streamed: { ids: number[]; logits: Float32Array[]; completion: Completion | null }[] = [];
    for await (const { request, first, ids, logits, completion } of sampler.stream(asked, longer)) {
      streamed[request] ??= { ids: [], logits: [], completion: null };
      const one = streamed[request]!;
      expect(one.ids).toHaveLength(first);
      one.ids.push(...ids);
      one.logits.push(...logits);
      one.completion = completion;
    }
    return streamed;
  };
  const whole = await sampler.generate(many, longer);
  const streamed = await stream(many);
  expect(streamed.map(({ completion }) => completion)).toEqual(whole);
  for (const [i, { ids, logits }] of streamed.entries()) {
    expect(ids).toEqual(whole[i]!.ids);
    ids.forEach((id, t) => {
      const mass = logits[t]!.reduce((sum, logit) => sum + Math.exp(logit), 0);
      expect(Math.abs(logits[t]![id]! - Math.log(mass) - whole[i]!.logprobs[t]!)).toBeLessThan(1e-4);
    });
  }
  const forced = many.map((request, i) => ({ ...request, forced: whole[i]!.ids.slice(0, -1).slice(0, i % 10) }));
  const branched = await stream(forced);
  sampler.destroy();
  expect(branched.map(({ ids }) => ids)).toEqual(whole.map(({ ids }) => ids));
  expect(branched.map(({ logits }) => logits)).toEqual(streamed.map(({ logits }) => logits));
});

it('refuses requests beyond its capacity', async () => {
  const sampler = await open(2);
  await expect(sampler.generate([{ prompt: [], sequence: 0 }], options)).rejects.toThrow('a prompt has 0 tokens');
  await expect(sampler.generate([{ prompt: [1, 2, 3, 4, 5, 6], sequence: 0 }], options)).rejects.toThrow('1 to 5');
  await expect(sampler.generate(requests, { ...options, maxNew: 21 })).rejects.toThrow('21 new tokens');
  await expect(sampler.generate([{ ...requests[0]!, forced: [1] }], options)).rejects.toThrow('use stream');
  await expect(sampler.stream(requests, options).next()).rejects.toThrow(
    'the logits of 31 steps; this sampler keeps 0',
  );
  sampler.destroy();
});
