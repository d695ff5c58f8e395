/** The product's promise at its smallest: after SFT the model answers at once and guesses, after GRPO it thinks and is right. */
import { expect, it } from 'vitest';
import { openNodeDevice } from '../../gpu/node';
import { recipeByName } from '../recipe/presets/index';
import type { Summary } from './events';
import { run } from './run';
import { Session } from './session';

it('a tiny model learns to think before it answers', { timeout: 600_000 }, async () => {
  const device = await openNodeDevice();
  const session = new Session(device, recipeByName('parity-8-nano'));
  let summary: Summary | null = null;
  for await (const event of run(session)) if (event.type === 'end') summary = event.summary;
  session.destroy();
  device.destroy();
  const { sft, grpo } = summary!;
  expect(sft.greedy_accuracy).toBeLessThan(0.8);
  expect(sft.mean_length).toBeLessThan(6);
  expect(grpo.greedy_accuracy).toBeGreaterThan(0.9);
  expect(grpo.mean_length).toBeGreaterThan(11);
  const rewards = grpo.curve.map(({ reward }) => reward);
  expect(rewards.at(-1)! - rewards[0]!).toBeGreaterThan(0.15);
});
