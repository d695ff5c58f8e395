/** Learning signal of a step in words. */
import { expect, it } from 'vitest';
import type { ApplyEvent, StartEvent } from '../../../lab/run/events';
import { smallStart, smallStep } from '../../../lab/run/smallRun.fixture';
import { mostReward } from '../../../rewards/total';
import { applyEvent, emptyRun } from '../../../store/run';
import { fixed } from '../../shared/format';
import { reward, signalWords } from './reward';

it('counts the groups with a learning signal', () => {
  expect(signalWords({ 'dynamic_sampling/groups_drawn': 28, 'dynamic_sampling/groups_kept': 16 })).toBe(
    '16 of 28 sampled groups have a learning signal.',
  );
  expect(signalWords({ frac_reward_zero_std: 0 })).toBe('every group has a learning signal.');
  expect(signalWords({ frac_reward_zero_std: 0.5 })).toBe(
    'about half of the groups got identical rewards, so they teach nothing.',
  );
});

it('gives the maximum of the reward that the latest step had, after a change too', () => {
  const { recipe } = smallStart as StartEvent;
  const run = emptyRun();
  const change = { type: 'apply', stage: 'grpo', step: 1, fields: { 'reward.brevity': { from: 0, to: 0.2 } } } as const;
  for (const event of [smallStart, smallStep(1), change satisfies ApplyEvent]) applyEvent(run, event);
  const most = mostReward(recipe.reward)!;
  expect(reward.words(run)).toContain(`(maximum ${fixed(most, 2)})`);
  applyEvent(run, smallStep(2));
  expect(reward.words(run)).toContain(`(maximum ${fixed(most + 0.2, 2)})`);
});
