/** Progress of a run before its first group: its stage, and how far it is. */
import { expect, it } from 'vitest';
import type { LabEvent, StartEvent } from '../../lab/run/events';
import { smallStart } from '../../lab/run/smallRun.fixture';
import { applyEvent, emptyRun } from '../../store/run';
import { progressOf } from './BeforeGroup';

const start = smallStart as StartEvent;
const runOf = (...events: object[]) => {
  const run = emptyRun();
  for (const event of [start, ...events]) applyEvent(run, event as LabEvent);
  return run;
};
const stage = (name: string) => ({ type: 'stage', stage: name });
const { steps } = start.recipe.sft;

it.each([
  ['opening', runOf(), null, undefined],
  ['compiling', runOf(stage('compile')), 'Compiling kernels: 3 of 7', { value: 3, max: 7 }],
  [
    'in SFT',
    runOf(stage('sft'), { type: 'sft', step: 2, num_tokens: 1, step_time: 1 }),
    `SFT step 2 of ${steps}`,
    { value: 2, max: steps },
  ],
  ['evaluating', runOf(stage('evaluate')), 'Evaluating on held-out problems', null],
  ['curating', runOf(stage('curate')), 'Rating the problems of the pool', null],
  ['in GRPO', runOf(stage('grpo')), 'Collecting the first group', null],
] as const)('%s', (_, run, title, done) => {
  const progress = progressOf(run, { ready: 3, kernels: 7 });
  expect([progress?.title ?? null, progress?.done]).toEqual([title, done]);
});

it('says that it compiles before the number of kernels is known', () => {
  expect(progressOf(runOf(stage('compile')), null)).toMatchObject({ title: 'Compiling kernels', done: null });
});
