/** Errors for numbers that are not finite, with their place, on every device. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import type { Device } from '../gpu/device';
import { loadWeights, type Model, openModel as openWeights } from '../model/model';
import { initialTensors } from '../model/parameters';
import { NonFiniteError } from './nonFiniteError';
import { Pace } from './pace';
import { Sampler } from './rollout';
import { config, END, options, requests } from './rollout.fixture';
import { openModel, policyExamples, table, config as trained } from './train.fixture';

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  /** A model whose head has `value` in the row of one token. */
  function faulty(value: number): Model {
    const model = openWeights(device, config);
    const tensors = initialTensors(model.table, 0.25, 5);
    tensors.get('lm_head.weight')!.data.fill(value, 9 * config.hidden_size, 10 * config.hidden_size);
    loadWeights(model, tensors);
    return model;
  }

  it.each([
    ['NaN', Number.NaN, {}],
    ['NaN with top-k', Number.NaN, { topK: 3 }],
    ['an overflow, greedily', 3e38, { temperature: 0 }],
  ] as const)('a sampler throws for %s', async (__, value, asked) => {
    const capacity = { slots: 3, promptTokens: 5, newTokens: 20 };
    const sampler = await Sampler.create(faulty(value), capacity, [END], new Pace());
    const failure = await sampler.generate(requests, { ...options, ...asked }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NonFiniteError);
    expect(String(failure)).toMatch(
      /completion 1, token [12]: the logit of token id 9 is (NaN|-?Infinity); .*check its weights/,
    );
    sampler.destroy();
  });

  it('a policy update throws for NaN, even in a completion that the loss ignores', async () => {
    const { weights, policy } = await openModel(device);
    const tensors = initialTensors(table, 0.3, 1);
    tensors.get('model.embed_tokens.weight')!.data.fill(Number.NaN, 18 * trained.hidden_size); // token 18, in the second example only
    weights.load(tensors);
    const examples = policyExamples(null).map((example, i) => ({ ...example, weight: i === 0 ? example.weight : 0 }));
    const failure = await policy.step(examples, 1e-3, 0).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NonFiniteError);
    expect(String(failure)).toMatch(/completion 1, token 1: the log-probability is (NaN|-?Infinity)/);
  });
});
