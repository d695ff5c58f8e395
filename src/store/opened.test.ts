/** Old steps that a screen asks for: one read at a time, few in memory, none of an earlier run. */
import { expect, it } from 'vitest';
import { smallStep } from '../lab/run/smallRun.fixture';
import type { Groups } from '../worker/protocol';
import { lab } from './lab';
import { openStep, readStepsFrom } from './opened';

const turn = () => new Promise((resolve) => setTimeout(resolve));
const opened = () => lab.getState().opened.map(({ step, groups, fault }) => [step, groups ? 'read' : fault]);

/** Source whose answers the test gives. */
function source() {
  const asked: { step: number; answer: (groups: Groups) => void; refuse: (error: Error) => void }[] = [];
  readStepsFrom((step) => new Promise((answer, refuse) => asked.push({ step, answer, refuse })));
  return { asked, answer: (i: number) => asked[i]!.answer(smallStep(1).groups) };
}

it('reads one at a time; of the requests meanwhile the last', async () => {
  const { asked, answer } = source();
  for (const step of [1, 2, 3, 4]) void openStep(step);
  expect([asked.map(({ step }) => step), opened()]).toEqual([[1], [[1, null]]]);
  answer(0);
  await turn();
  expect([asked.map(({ step }) => step), opened()]).toEqual([
    [1, 4],
    [
      [1, 'read'],
      [4, null],
    ],
  ]);
  asked[1]!.refuse(new Error('line 9 is damaged'));
  await turn();
  expect(opened()).toEqual([
    [1, 'read'],
    [4, 'line 9 is damaged'],
  ]);
});

it('keeps four steps, and reads none twice', async () => {
  let reads = 0;
  readStepsFrom(async () => {
    reads++;
    return smallStep(1).groups;
  });
  for (const step of [1, 2, 3, 3, 4, 5]) await openStep(step);
  expect([reads, opened().map(([step]) => step)]).toEqual([5, [2, 3, 4, 5]]);
});

it('drops the answer of an earlier run, and reads nothing without a source', async () => {
  const { answer } = source();
  void openStep(1);
  readStepsFrom(null);
  answer(0);
  await turn();
  await openStep(2);
  expect(opened()).toEqual([]);
});
