/** Learning signal of a step in words. */
import { expect, it } from 'vitest';
import { signalWords } from './reward';

it('counts the groups with a learning signal', () => {
  expect(signalWords({ 'dynamic_sampling/groups_drawn': 28, 'dynamic_sampling/groups_kept': 16 })).toBe(
    '16 of 28 sampled groups have a learning signal.',
  );
  expect(signalWords({ frac_reward_zero_std: 0 })).toBe('every group has a learning signal.');
  expect(signalWords({ frac_reward_zero_std: 0.5 })).toBe(
    'about half of the groups got identical rewards, so they teach nothing.',
  );
});
