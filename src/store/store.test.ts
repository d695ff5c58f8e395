/** Data of a run, the memory of the draft, and the pace of a recording. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFields } from '../lab/recipe/recipe';
import {
  type CurationEvent,
  type EvaluationEvent,
  eventToLine,
  type LabEvent,
  type ResumeEvent,
} from '../lab/run/events';
import { SMALL, smallStart, smallStep } from '../lab/run/smallRun.fixture';
import { ROLLOUTS_KEPT } from '../worker/protocol';
import { editDraft } from './draft';
import { lab } from './lab';
import { followDraft } from './memory';
import { Replay } from './replay';
import { applyEvent, emptyRun, pace, secondsLeft, stepsOf } from './run';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Lines of a recording whose steps have the same rollouts. */
function equalSteps({ steps, prompts, groupSize }: Record<'steps' | 'prompts' | 'groupSize', number>) {
  const fields = { 'grpo.steps': steps, 'grpo.prompts': prompts, 'grpo.groupSize': groupSize };
  const start = [{ ...smallStart, recipe: withFields(SMALL, fields) }, ...beforeGrpo.slice(1)];
  const [group] = smallStep(1).groups;
  const rollouts = Array.from({ length: groupSize }, () => group!.rollouts[0]!);
  const groups = Array.from({ length: prompts }, () => ({ ...group!, rollouts }));
  return {
    start: start.map((event) => `${eventToLine(event)}\n`).join(''),
    step: (n: number) => {
      const { metrics, ...event } = smallStep(n);
      return `${eventToLine({ ...event, metrics: { ...metrics, epoch: n / steps }, groups })}\n`;
    },
  };
}

/** Events before the first GRPO step. */
const beforeGrpo: readonly LabEvent[] = [
  smallStart,
  { type: 'stage', stage: 'compile' },
  { type: 'stage', stage: 'grpo' },
];

describe('a run', () => {
  it('knows its pace and the time left', () => {
    const run = emptyRun();
    expect([pace(run), secondsLeft(run)]).toEqual([null, null]);
    for (const event of [...beforeGrpo, smallStep(1), smallStep(2), smallStep(3)]) applyEvent(run, event);
    expect(pace(run)).toEqual({ secondsPerStep: 2, tokensPerSecond: 500 });
    expect(secondsLeft(run)).toBe(14);
  });

  it('keeps the rollouts of late steps and the metrics of all steps', () => {
    const run = emptyRun();
    for (let step = 1; step <= ROLLOUTS_KEPT + 5; step++) applyEvent(run, smallStep(step));
    expect(run.grpo.recent.filter(({ groups }) => groups.length > 0)).toHaveLength(ROLLOUTS_KEPT);
    expect(run.grpo.length).toBe(ROLLOUTS_KEPT + 5);
    expect(run.grpo.event(5)).toEqual({ ...smallStep(5), groups: [] });
    expect(run.grpo.event(ROLLOUTS_KEPT + 5)).toEqual(smallStep(ROLLOUTS_KEPT + 5));
  });

  const evaluation = (stage: EvaluationEvent['stage']) => ({ type: 'evaluation', stage }) as EvaluationEvent;
  const curation = (step: number) => ({ type: 'curation', step }) as CurationEvent;
  const resume = (stage: 'sft' | 'grpo', step: number) => ({ type: 'resume', stage, step }) as ResumeEvent;
  /** Steps of SFT and GRPO, evaluations and curations after a continuation. */
  const runAfter = (event: LabEvent) => {
    const run = emptyRun();
    const sft = [1, 2].map((step) => ({ type: 'sft', step }) as LabEvent);
    const grpo = [curation(0), smallStep(1), curation(1), smallStep(2), evaluation('grpo')];
    for (const one of [smallStart, evaluation('base'), ...sft, evaluation('sft'), ...grpo, event]) applyEvent(run, one);
    const [evaluations, curations] = [run.evaluations.map(({ stage }) => stage), run.curations.map(({ step }) => step)];
    return [run.sft.length, run.grpo.length, evaluations, curations];
  };

  it('keeps the changes of the recipe up to the checkpoint', () => {
    const change = (stage: 'sft' | 'grpo', step: number): LabEvent => ({ type: 'apply', stage, step, fields: {} });
    const changesAfter = (event: LabEvent) => {
      const run = emptyRun();
      for (const one of [smallStart, change('sft', 1), change('grpo', 1), change('grpo', 2), event])
        applyEvent(run, one);
      return run.changes.map(({ stage, step }) => `${stage}-${step}`);
    };
    expect(changesAfter(resume('grpo', 1))).toEqual(['sft-1', 'grpo-1']);
    expect(changesAfter(resume('sft', 1))).toEqual(['sft-1']);
    expect(changesAfter(smallStart)).toEqual([]);
  });

  it('drops what comes after the checkpoint from which it continues', () => {
    expect(runAfter(resume('grpo', 1))).toEqual([2, 1, ['base', 'sft'], [0]]);
    expect(runAfter(resume('grpo', 0))).toEqual([2, 0, ['base', 'sft'], [0]]);
    expect(runAfter(resume('sft', 1))).toEqual([1, 0, ['base'], []]);
    expect(runAfter(smallStart)).toEqual([0, 0, [], []]);
  });

  it('that is a fork counts the steps of its parent', () => {
    const run = emptyRun();
    const before = { sft: { steps: 9 }, grpo: { curve: [1, 2] }, evaluations: [evaluation('sft')] };
    const fork = { ...resume('grpo', 2), fork: { before } } as unknown as ResumeEvent;
    for (const event of [smallStart, fork]) applyEvent(run, event);
    expect([stepsOf(run), run.evaluations]).toEqual([{ sft: 9, grpo: 2 }, before.evaluations]);
    applyEvent(run, smallStep(3));
    expect(stepsOf(run)).toEqual({ sft: 9, grpo: 3 });
  });
});

it('keeps the memory of the current draft, not of an earlier one', async () => {
  const answers: ((peak: number) => void)[] = [];
  const estimate = () => new Promise<never>((resolve) => answers.push((peak) => resolve({ peak } as never)));
  const end = followDraft(estimate);
  expect(answers).toHaveLength(0); // the device is not known yet
  lab.setState({ adapter: { kind: 'webgpu', name: 'any' } });
  editDraft('seed', 7);
  expect(answers).toHaveLength(2);
  answers[1]!(2);
  answers[0]!(1);
  await vi.waitFor(() => expect(lab.getState().memory).toEqual({ peak: 2 }));
  end();
});

describe('a recording', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  const lines = [...beforeGrpo, ...Array.from({ length: 8 }, (_, i) => smallStep(i + 1))].map(eventToLine);
  function play(text: string) {
    const taken: LabEvent[] = [];
    const outcome = { finished: false, failed: '' };
    const replay = new Replay(new Blob([text]), 'run.jsonl', {
      apply(events, finished) {
        taken.push(...events);
        outcome.finished ||= finished;
      },
      failed(message) {
        outcome.failed = message;
      },
    });
    return { replay, taken, outcome };
  }

  it('plays at its own pace, faster at a higher speed, and stops when paused', async () => {
    const { replay, taken, outcome } = play(lines.join('\n'));
    replay.play();
    vi.advanceTimersByTime(1000);
    await replay.step(); // after those that are due
    expect(taken).toHaveLength(5 + 1);
    replay.pause();
    vi.advanceTimersByTime(5000);
    await replay.step();
    expect(taken).toHaveLength(7);
    replay.setSpeed(16);
    replay.play();
    vi.advanceTimersByTime(2000);
    await vi.waitFor(() => expect(outcome.finished).toBe(true));
    expect(taken).toHaveLength(lines.length);
  });

  it('reads a step back that it has played', async () => {
    const { replay } = play(lines.join('\n'));
    await replay.step();
    expect(await replay.groupsOf(1)).toEqual(smallStep(1).groups);
    await expect(replay.groupsOf(2)).rejects.toThrow('has not come to GRPO step 2');
  });

  it('names the line that is no event and keeps the events before it', async () => {
    const { replay, taken, outcome } = play([lines[0], lines[1], 'rubbish', lines[2]].join('\r\n'));
    await replay.toEnd();
    expect(taken).toHaveLength(2);
    expect(outcome.failed).toContain('run.jsonl: line 3 is not JSON');
    expect(outcome.finished).toBe(false);
  });

  it('says that it is empty', async () => {
    const { replay, outcome } = play(' \n\n');
    await replay.step();
    expect(outcome.failed).toBe('run.jsonl is empty; use a file with the events of a run, one per line');
  });

  it('keeps no text in memory: of 5 000 steps and 200 000 rollouts', async () => {
    const size = { steps: 5000, prompts: 5, groupSize: 8 };
    const { start, step } = equalSteps(size);
    const recording = new Blob([start, ...Array.from({ length: size.steps }, (_, i) => step(i + 1))]);
    const replay = new Replay(recording, 'run.jsonl', { apply() {}, failed: (message) => expect.fail(message) });
    collectGarbage();
    const before = process.memoryUsage();
    for (let i = 0; i < 200; i++) await replay.step();
    collectGarbage();
    const after = process.memoryUsage();
    expect(recording.size).toBeGreaterThan(50e6);
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(10e6);
    expect((await replay.groupsOf(200)).flatMap(({ rollouts }) => rollouts)).toHaveLength(40);
  });
});
