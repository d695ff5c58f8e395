/** Data of a run, the memory of the draft, and the pace of a recording. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventToLine, type LabEvent } from '../lab/run/events';
import { smallStart, smallStep } from '../lab/run/smallRun.fixture';
import { editDraft } from './draft';
import { lab } from './lab';
import { followDraft } from './memory';
import { Replay } from './replay';
import { applyEvent, emptyRun, pace, ROLLOUTS_KEPT, secondsLeft } from './run';

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
    expect(run.grpo.filter(({ groups }) => groups.length > 0)).toHaveLength(ROLLOUTS_KEPT);
    expect(run.grpo).toHaveLength(ROLLOUTS_KEPT + 5);
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
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const lines = [...beforeGrpo, ...Array.from({ length: 8 }, (_, i) => smallStep(i + 1))].map(eventToLine);
  function play(text: string) {
    const taken: LabEvent[] = [];
    const outcome = { finished: false, failed: '' };
    const replay = new Replay(text, 'run.jsonl', {
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

  it('plays at its own pace, faster at a higher speed, and stops when paused', () => {
    const { replay, taken, outcome } = play(lines.join('\n'));
    replay.play();
    vi.advanceTimersByTime(1000);
    const slow = taken.length;
    expect(slow).toBeGreaterThan(1);
    expect(slow).toBeLessThan(6);
    replay.pause();
    vi.advanceTimersByTime(5000);
    expect(taken.length).toBe(slow);
    replay.step();
    expect(taken.length).toBe(slow + 1);
    replay.setSpeed(16);
    replay.play();
    vi.advanceTimersByTime(2000);
    expect([taken.length, outcome.finished]).toEqual([lines.length, true]);
  });

  it('names the line that is no event and keeps the events before it', () => {
    const { replay, taken, outcome } = play([lines[0], lines[1], 'rubbish', lines[2]].join('\n'));
    replay.toEnd();
    expect(taken).toHaveLength(2);
    expect(outcome.failed).toContain('run.jsonl: line 3 is not JSON');
  });
});
