/** The events of a run written by hand, for tests that want a whole run and train nothing. */
import { SPECIAL, VOCABULARY } from '../../text/vocabulary';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { GrpoEvent, StartEvent } from './events';

export const SMALL: Recipe = withFields(recipeByName('parity-8-nano'), {
  'sft.steps': 0,
  'grpo.steps': 10,
  'grpo.prompts': 1,
  'grpo.groupSize': 2,
});

export const smallStart: StartEvent = {
  type: 'start',
  recipe: SMALL,
  adapter: 'none',
  device: 'cpu',
  parameters: 1,
  vocabulary: VOCABULARY,
  memory: { estimated_bytes: 1 },
};

/** Every completion ends at once: wrong, by what an accuracy of −1 costs. */
function endedAtOnce(): GrpoEvent['groups'][number]['rollouts'][number] {
  const { accuracy, repetition } = SMALL.reward;
  const parts = [
    { name: 'accuracy', weight: accuracy, value: -1, reason: { code: 'tags', values: { think: 'missing' } } },
    { name: 'repetition', weight: repetition, value: 0, reason: { code: 'none', values: { n: 5, often: 5 } } },
  ];
  return {
    ids: [VOCABULARY.indexOf(SPECIAL.end)],
    text: SPECIAL.end,
    ended: true,
    correct: false,
    verdict: { code: 'no_answer', values: {} },
    partial: 0,
    reward: -SMALL.reward.accuracy,
    parts,
    advantage: 0,
    logprobs: [0],
    entropies: [0],
  };
}

/** @param group fields that differ from the problem of parity */
export const smallStep = (step: number, group: Partial<GrpoEvent['groups'][number]> = {}): GrpoEvent => ({
  type: 'grpo',
  step,
  step_time: 2,
  metrics: {
    reward: -SMALL.reward.accuracy,
    accuracy: 0,
    'completions/mean_length': 1,
    'completions/clipped_ratio': 0,
    kl: 0,
    entropy: 0,
    frac_reward_zero_std: 1,
    loss: 0,
    grad_norm: 0,
    learning_rate: 0,
    num_tokens: step * 1000,
    epoch: step / SMALL.grpo.steps,
  },
  groups: [
    {
      prompt: '1=',
      answer: '1',
      task: 'parity',
      level: 1,
      problem: { bits: [1] },
      rollouts: [endedAtOnce(), endedAtOnce()],
      ...group,
    },
  ],
});
