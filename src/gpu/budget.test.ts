/** The budget of a submit: what it takes work to cost, and what a slow host may not make of it. */
import { expect, it } from 'vitest';
import { SubmitBudget } from './budget';
import type { Sequence } from './device';

const sequence = (): Sequence => ({ dispatches: [], destroy() {} });

it('lets work that nobody has timed out in small submits', () => {
  expect(new SubmitBudget(100).costOf(sequence())).toBe(100 / 8);
});

it('takes a dispatch to cost what the fastest of late took', () => {
  const budget = new SubmitBudget(100);
  const work = sequence();
  budget.measured([work], 10, 0, 50);
  expect(budget.costOf(work)).toBe(5);
  budget.measured([work], 10, 60, 860); // the host was busy
  expect(budget.costOf(work)).toBe(5);
  for (let i = 0; i < 4; i++) budget.measured([work], 10, 1000 + 100 * i, 1080 + 100 * i);
  expect(budget.costOf(work)).toBe(8);
});

it('does not count the wait for what was submitted before', () => {
  const budget = new SubmitBudget(100);
  const [first, second] = [sequence(), sequence()];
  budget.measured([first], 4, 0, 40);
  budget.measured([second], 4, 1, 48); // submitted at once, begun at 40
  expect(budget.costOf(second)).toBe(2);
});
