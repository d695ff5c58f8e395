/** Words for runs without a GRPO step, and for every way in which a run ends. */
import { describe, expect, it } from 'vitest';
import type { EvaluationEvent, LabEvent, StartEvent } from '../../lab/run/events';
import { smallStart, smallStep } from '../../lab/run/smallRun.fixture';
import { applyEvent, emptyRun } from '../../store/run';
import { milestone, noGroupReason } from './runWords';

const start = smallStart as StartEvent;
const withoutGrpo: StartEvent = {
  ...start,
  recipe: { ...start.recipe, grpo: { ...start.recipe.grpo, steps: 0 } },
};
const evaluation = (stage: 'sft' | 'grpo', accuracy: number): LabEvent =>
  ({ type: 'evaluation', stage, greedy: { accuracy } }) as EvaluationEvent;
const inGrpo = { type: 'stage', stage: 'grpo' } as LabEvent;
const end = { type: 'end', summary: {} } as LabEvent;
const runOf = (...events: LabEvent[]) => {
  const run = emptyRun();
  for (const event of events) applyEvent(run, event);
  return run;
};
const live = (status: 'playing' | 'finished' | 'failed') => ({ source: 'live', status }) as const;
const recording = (status: 'loading' | 'playing' | 'finished' | 'failed') => ({ source: 'replay', status }) as const;

describe('the milestone', () => {
  it.each([
    [
      'done',
      runOf(start, evaluation('sft', 0.5), smallStep(1), evaluation('grpo', 0.75), end),
      live('finished'),
      'GRPO is done: 75\u00a0% of held-out problems right.',
    ],
    [
      'done without GRPO',
      runOf(withoutGrpo, evaluation('sft', 0.5), end),
      live('finished'),
      'The run is done: 50\u00a0% of held-out problems right. It has no GRPO steps.',
    ],
    ['done without an evaluation', runOf(withoutGrpo, end), live('finished'), 'The run is done. It has no GRPO steps.'],
    [
      'after SFT',
      runOf(start, evaluation('sft', 0.5)),
      live('playing'),
      'SFT is done: 50\u00a0% of held-out problems right. GRPO begins.',
    ],
    [
      'after SFT, without GRPO',
      runOf(withoutGrpo, evaluation('sft', 0.5)),
      live('playing'),
      'SFT is done: 50\u00a0% of held-out problems right.',
    ],
    ['stopped', runOf(start, evaluation('sft', 0.5), smallStep(1)), live('finished'), 'The run was stopped.'],
    ['failed', runOf(start, evaluation('sft', 0.5)), live('failed'), 'The run failed.'],
    [
      'a short recording',
      runOf(start, evaluation('sft', 0.5)),
      recording('finished'),
      'The recording ends before its run does.',
    ],
    ['a recording that cannot be read', runOf(start), recording('failed'), 'The recording cannot be read.'],
    ['before any', runOf(start), live('playing'), ''],
  ])('of a run %s', (_, run, shown, text) => expect(milestone(run, shown)).toBe(text));
});

describe('where there is no group', () => {
  it.each([
    ['before GRPO', runOf(start), live('playing'), 'When GRPO begins, after SFT, the model answers each problem'],
    [
      'loading',
      emptyRun(),
      recording('loading'),
      'When GRPO begins, after SFT, the model answers each problem 8 times',
    ],
    ['whose first step loads', runOf(start, smallStep(1)), recording('playing'), 'Loading the group of step 1 …'],
    ['in GRPO', runOf(start, inGrpo), live('playing'), 'The model answers each problem 2 times'],
    ['without GRPO', runOf(withoutGrpo), live('playing'), 'This run has no GRPO steps'],
    ['done without GRPO', runOf(withoutGrpo, end), live('finished'), 'This run has no GRPO steps'],
    ['stopped', runOf(start), live('finished'), 'The run was stopped before its first GRPO step'],
    ['stopped at once', emptyRun(), live('finished'), 'The run was stopped before its first GRPO step'],
    ['failed', runOf(start), live('failed'), 'The run failed before its first GRPO step'],
    ['a short recording', runOf(start), recording('finished'), 'The recording ends before its first GRPO step'],
    ['a recording that cannot be read', emptyRun(), recording('failed'), 'The recording cannot be read'],
  ])('of a run %s', (_, run, shown, text) => {
    const reason = noGroupReason(run, shown);
    expect(reason).toContain(text);
    if (!text.startsWith('When')) expect(reason).not.toContain('When GRPO begins');
  });
});
