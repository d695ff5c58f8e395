/** A run on a real adapter that continues from a checkpoint of each stage, on a device that is opened again. */
import { expect, it } from 'vitest';
import { openNodeDevice } from '../../gpu/node';
import { withFields } from '../recipe/recipe';
import { expectContinues, runWhole } from './continued.fixture';
import { PLAIN } from './tinyRun.fixture';

it('continues in SFT and in GRPO to the bit on a fresh device', { timeout: 600_000 }, async () => {
  const recipe = withFields(PLAIN, {
    ...{ 'sft.steps': 3, 'grpo.steps': 2, 'grpo.updates': 2, 'grpo.referenceSync': 1, 'evaluation.problems': 2 },
    ...{ 'model.width': 16, 'model.ffn': 16, kernels: 'measured' },
  });
  const whole = await runWhole(openNodeDevice, recipe, { keep: (name) => name === 'sft-2' || name === 'grpo-1' });
  expect(whole.checkpoints).toHaveLength(2);
  for (const { checkpoint } of whole.checkpoints) expect(checkpoint.state.kernels).not.toEqual({});
  await expectContinues(openNodeDevice, recipe, whole);
});
