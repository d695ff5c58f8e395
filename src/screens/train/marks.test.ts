import { expect, it } from 'vitest';
import { emptyRun } from '../../store/run';
import { marksOf } from './marks';

it('marks lie at the steps of GRPO, those of SFT before 1, with words', () => {
  const run = emptyRun();
  for (let step = 1; step <= 5; step++)
    run.sft.push({ type: 'sft', step, loss: 1, grad_norm: 1, learning_rate: 1, num_tokens: 1, step_time: 1 });
  const change = { type: 'apply' as const, fields: { 'grpo.beta': { from: 0, to: 0.04 } } };
  run.changes.push({ ...change, stage: 'sft', step: 2 }, { ...change, stage: 'grpo', step: 7 });
  expect(marksOf(run, [{ stage: 'grpo', step: 3 }])).toEqual([
    { x: -3, kind: 'change', words: 'changed after SFT step 2: grpo.beta 0 → 0.04' },
    { x: 7, kind: 'change', words: 'changed after step 7: grpo.beta 0 → 0.04' },
    { x: 3, kind: 'checkpoint', words: 'checkpoint at step 3' },
  ]);
});

it('the end of SFT and the start of GRPO are one mark', () => {
  const run = emptyRun();
  run.sft.push({ type: 'sft', step: 1, loss: 1, grad_norm: 1, learning_rate: 1, num_tokens: 1, step_time: 1 });
  const both = [
    { stage: 'sft', step: 1 },
    { stage: 'grpo', step: 0 },
  ] as const;
  expect(marksOf(run, both)).toEqual([
    { x: 0, kind: 'checkpoint', words: 'checkpoint at SFT step 1; checkpoint at step 0' },
  ]);
});
