/** Time budget of a submit: its estimate of costs, and its resistance to a slow host. */
import { expect, it } from 'vitest';
import { SubmitBudget } from './budget';
import type { Sequence } from './device';

const sequence = (): Sequence => ({ dispatches: [], destroy() {} });

/** Submits work and reads it back. */
function run(budget: SubmitBudget, work: Sequence, workgroups: number, from: number, to: number) {
  budget.submitted(work, workgroups, from);
  budget.ended(budget.openWindow(), to);
}

it('cuts untimed work into small submits', () => {
  expect(new SubmitBudget(100).costOf(sequence(), 5)).toBe(100 / 8);
});

it('estimates the cost of a workgroup as the fastest of the last timings', () => {
  const budget = new SubmitBudget(100);
  const work = sequence();
  run(budget, work, 10, 0, 50);
  expect(budget.costOf(work, 1)).toBe(5);
  expect(budget.costOf(work, 20)).toBe(100);
  run(budget, work, 10, 60, 860); // the host was busy
  expect(budget.costOf(work, 1)).toBe(5);
  for (let i = 0; i < 4; i++) run(budget, work, 10, 1000 + 100 * i, 1080 + 100 * i);
  expect(budget.costOf(work, 1)).toBe(8);
});

it('counts work submitted without a readback, but not the wait for earlier work', () => {
  const budget = new SubmitBudget(100);
  const [first, second, third] = [sequence(), sequence(), sequence()];
  budget.submitted(first, 4, 0);
  const window = budget.openWindow();
  budget.submitted(second, 2, 1); // starts when the first ends, at 40
  budget.submitted(third, 2, 2);
  const next = budget.openWindow();
  budget.ended(window, 40);
  budget.ended(next, 48);
  expect(budget.costOf(first, 1)).toBe(10);
  expect(budget.costOf(second, 1)).toBe(2);
  expect(budget.costOf(third, 1)).toBe(2);
});
