/** GRPO steps of a run: the latest whole, the metrics of all in columns. */
import { expect, it } from 'vitest';
import type { GrpoEvent } from '../lab/run/events';
import { GrpoSteps } from './grpoSteps';

const stepWith = (step: number, metrics: GrpoEvent['metrics']): GrpoEvent =>
  ({ type: 'grpo', step, metrics, groups: [{ prompt: `of ${step}` }], step_time: step / 10 }) as unknown as GrpoEvent;

const stepsOf = (kept: number, capacity: number, all: readonly GrpoEvent[]) => {
  const steps = new GrpoSteps(kept);
  steps.begin(capacity);
  for (const event of all) steps.push(event);
  return steps;
};

it('keep the metrics of each step, and the rollouts of the latest', () => {
  const all = [stepWith(1, { reward: 0.1, kl: 0 }), stepWith(2, { reward: 1 / 3 }), stepWith(3, { reward: 2 })];
  const steps = stepsOf(2, 3, all);
  expect([steps.length, steps.firstStep, steps.last]).toEqual([3, 1, all[2]]);
  expect(steps.event(1)).toEqual({ ...all[0], groups: [] });
  expect([steps.event(2), steps.event(3)]).toEqual([all[1], all[2]]);
  expect([steps.event(0), steps.event(4)]).toEqual([null, null]);
  expect(steps.metricsAt(1, ['reward', 'kl', 'loss'])).toEqual({ reward: 1 / 3 });
});

it('begin at the step of a fork, and grow beyond what the recipe says', () => {
  const all = Array.from({ length: 40 }, (_, i) => stepWith(i + 21, i === 39 ? { reward: i, late: 1 } : { reward: i }));
  const steps = stepsOf(4, 1, all);
  expect([steps.firstStep, steps.stepAt(39)]).toEqual([21, 60]);
  expect([0, 16, 39].map((i) => steps.metricsAt(i, ['reward', 'late']))).toEqual([
    { reward: 0 },
    { reward: 16 },
    { reward: 39, late: 1 },
  ]);
});

it('drop what a continued run computes again', () => {
  const steps = stepsOf(
    2,
    9,
    [1, 2, 3, 4, 5].map((step) => stepWith(step, { reward: step, kl: step })),
  );
  steps.cutTo(2);
  expect([steps.length, steps.last]).toEqual([2, { ...stepWith(2, { reward: 2, kl: 2 }), groups: [] }]);
  steps.push(stepWith(3, { reward: 9 }));
  expect(steps.metricsAt(2)).toEqual({ reward: 9 });
  steps.cutTo(0);
  expect([steps.length, steps.firstStep, steps.last]).toEqual([0, null, null]);
});
