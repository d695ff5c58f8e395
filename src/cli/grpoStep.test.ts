/** `probe grpo-step` in the terminal: its result, its reference, and refusals by field. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProbeGrpoStepResult } from '../lab/probe/grpoStep';
import { goldenFolder } from '../model/goldens.fixture';
import { at, CPU, lab, write } from './cli.fixture';

const model = goldenFolder('llama-headdim-untied');
const INPUT = {
  prompts: [
    [5, 6],
    [5, 6],
  ],
  completions: [
    [7, 8, 1],
    [9, 1],
  ],
  group_size: 2,
  rewards: [1, 0],
  options: { loss_type: 'grpo', beta: 0.1, max_completion_length: 4 },
  optimizer: { lr: 1e-3, betas: [0.9, 0.99], eps: 1e-8, weight_decay: 0, decay: 'matrices', max_grad_norm: 1 },
};
const probe = (change: object, ...more: string[]) =>
  lab(
    ...['probe', 'grpo-step', '--model', model, '--in', write('step.json', JSON.stringify({ ...INPUT, ...change }))],
    ...['--out', at('step.out.json'), ...CPU, ...more],
  );
const result = () => JSON.parse(readFileSync(at('step.out.json'), 'utf8')) as ProbeGrpoStepResult;

describe('probe grpo-step', () => {
  it('returns updates, and the wanted tensors by name', async () => {
    const name = 'model.norm.weight';
    expect((await probe({ updates: 2, want: ['grads', 'params'], tensors: [name] })).code).toBe(0);
    const { advantages, updates, params } = result();
    expect(advantages[0]).toBeCloseTo(-advantages[1]!);
    expect(updates.map(({ logprobs }) => logprobs.map((row) => row.length))).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(updates[0]!.ratios.flat()).toEqual([1, 1, 1, 1, 1]);
    expect(updates[1]!.ratios.flat()).not.toContain(1);
    expect(updates.map(({ grads }) => Object.keys(grads!))).toEqual([[name], [name]]);
    expect(Object.keys(params!)).toEqual([name]);
  });

  it('advantages replace rewards with the same result', async () => {
    await probe({});
    const { advantages, updates } = result();
    expect((await probe({ rewards: undefined, advantages })).code).toBe(0);
    expect(result().updates).toEqual(updates);
  });

  it('the model is the reference unless another folder is', async () => {
    await probe({}, '--reference', model);
    expect(result().updates[0]!.kls.flat()).toEqual([0, 0, 0, 0, 0]);
    const { code, error } = await probe({}, '--reference', goldenFolder('phi3-gqa-tied'));
    expect(code).toBe(2);
    expect(error).toContain('phi3-gqa-tied: ');
  });

  it.each<[string, object, string]>([
    ['a missing prompt', { prompts: [[5, 6]] }, 'prompts: has 1 rows; use 2, one for each completion'],
    ['rewards and advantages', { advantages: [1, 2] }, 'rewards: give exactly one of'],
    ['an uneven group', { group_size: 3 }, 'group_size: is 3, which does not divide 2 completions'],
    [
      'a short row',
      {
        old: [
          [-1, -1],
          [-1, -1],
        ],
      },
      'old.0: has 2 numbers; use 3',
    ],
    ['a long completion', { options: { ...INPUT.options, max_completion_length: 2 } }, 'completions.0: has 3 tokens'],
    ['greedy sampling', { temperature: 0 }, 'temperature: '],
    [
      'a token outside the vocabulary',
      { completions: [[7, 8, 1], [400]] },
      'completions.1: token 400 is outside the vocabulary',
    ],
    [
      'more tokens than the context',
      { prompts: [[5], Array(130).fill(5)] },
      'prompts.1 and completions.1: 132 tokens are',
    ],
    ['an unknown tensor', { tensors: ['head'], want: ['grads'] }, 'tensors: the model has no head; use names such as'],
    [
      'a sampler that is missing',
      { options: { ...INPUT.options, importance_sampling_mode: 'token_mask', importance_sampling_clip_max: 2 } },
      'sampler: is missing; give it',
    ],
  ])('refuses %s by field', async (_, change, message) => {
    const { code, error } = await probe(change);
    expect(error).toContain(message);
    expect(code).toBe(2);
  });

  it('other probes refuse a reference', async () => {
    const { code, error } = await lab(
      'probe',
      'step',
      '--model',
      model,
      '--reference',
      model,
      '--in',
      at('step.json'),
      '--out',
      at('x'),
    );
    expect(error).toContain('--reference: probe step takes none; use it with grpo-step');
    expect(code).toBe(2);
  });
});
