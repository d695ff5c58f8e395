/** The lab's main lesson at its smallest: after SFT the model guesses at once; after GRPO it thinks and is right. */
import { expect, it } from 'vitest';
import { openNodeDevice } from '../../gpu/node';
import { recipeByName } from '../recipe/presets/index';
import { runAll } from './tinyRun.fixture';

it('a tiny model learns to think before it answers', { timeout: 600_000 }, async () => {
  const device = await openNodeDevice();
  const events = await runAll(device, recipeByName('parity-8-nano'));
  device.destroy();
  const { sft, grpo } = events.find((event) => event.type === 'end')!.summary;
  expect(sft.greedy_accuracy).toBeLessThan(0.8);
  expect(sft.mean_length).toBeLessThan(6);
  expect(grpo.greedy_accuracy).toBeGreaterThan(0.9);
  expect(grpo.mean_length).toBeGreaterThan(11);
  const rewards = grpo.curve.map(({ reward }) => reward);
  expect(rewards.at(-1)! - rewards[0]!).toBeGreaterThan(0.15);
});
