/** Words of the weights that gave the numbers of a trace. */
import { expect, it } from 'vitest';
import type { StoredInspection } from '../../lab/stored/inspected';
import { weightsWords } from './inspection';

const words = (checkpoint: string, stage: 'sft' | 'grpo', at: number, step: number) =>
  weightsWords({ weights: { checkpoint, stage, step: at }, step } as StoredInspection);

it('name the checkpoint, and its distance from the weights that wrote the trace', () => {
  expect(words('grpo-4', 'grpo', 4, 5)).toBe('Computed with grpo-4: the weights that wrote this trace.');
  expect(words('grpo-3', 'grpo', 3, 5)).toContain('grpo-3 (1 step earlier): other weights');
  expect(words('grpo-9', 'grpo', 9, 5)).toContain('grpo-9 (5 steps later): other weights');
  expect(words('sft-60', 'sft', 60, 1)).toContain('sft-60 (from before GRPO): other weights');
});
