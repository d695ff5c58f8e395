/** Rollouts of a recording, a stored run that trains on, and a run that only the page has. */
import { expect, it, vi } from 'vitest';
import { storedSteps, storedVocabulary } from '../lab/play/storedSteps';
import { eventToLine } from '../lab/run/events';
import { smallStart, smallStep } from '../lab/run/smallRun.fixture';
import { filesWithin } from '../runs/files';
import { Journal, markOf } from '../runs/journal';
import { memoryFiles } from '../runs/memoryFiles';
import { type RolloutPlace, RolloutSource } from './rolloutSource';

const files = memoryFiles();
const open = (place: RolloutPlace) => new RolloutSource(place, async () => ({ files }));

async function stepsOf(journal: Journal): Promise<number[]> {
  const steps: number[] = [];
  for await (const { step } of storedSteps(journal)) steps.push(step);
  return steps;
}

it('reads every step of a recording', async () => {
  const text = [smallStart, smallStep(1), smallStep(2)].map(eventToLine).join('\n');
  vi.stubGlobal('fetch', async () => new Response(text));
  const journal = await open({ kind: 'recording', url: 'https://example.org/run.jsonl' }).current();
  expect(await stepsOf(journal)).toEqual([1, 2]);
  expect((await storedVocabulary(journal)).length).toBe(smallStart.vocabulary.length);
  vi.unstubAllGlobals();
});

it('refuses a web page in place of a recording', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  await expect(open({ kind: 'recording', url: 'https://example.org/run.jsonl' }).current()).rejects.toThrow(/web page/);
  vi.unstubAllGlobals();
});

it('grows with a stored run, and opens it again after it was cut back', async () => {
  const writer = await Journal.open(filesWithin(files, 'run'));
  const write = async (steps: number[]) => {
    for (const step of steps) writer.append(eventToLine(smallStep(step)), markOf('grpo', step));
    await writer.flush();
  };
  writer.append(eventToLine(smallStart));
  await write([1, 2]);
  const source = open({ kind: 'stored', name: 'run' });
  const journal = await source.current();
  expect(await stepsOf(journal)).toEqual([1, 2]);
  await write([3]);
  expect(await source.current()).toBe(journal);
  expect(await stepsOf(journal)).toEqual([1, 2, 3]);
  // a line that is being written
  await files.append('run/events.jsonl', writer.position.bytes, new TextEncoder().encode('{"n":4,"at'));
  expect(await source.current()).toBe(journal);
  await writer.cutTo(2);
  await write([2]);
  const again = await source.current();
  expect(again).not.toBe(journal);
  expect(await stepsOf(again)).toEqual([1, 2]);
});

it('notices a run that was cut back and is longer again', async () => {
  const writer = await Journal.open(filesWithin(files, 'longer'));
  for (const step of [1, 2]) writer.append(eventToLine(smallStep(step)), markOf('grpo', step));
  await writer.flush();
  const source = open({ kind: 'stored', name: 'longer' });
  const journal = await source.current();
  await writer.cutTo(1);
  for (const step of [2, 3]) writer.append(eventToLine({ ...smallStep(step), step_time: 2.5 }), markOf('grpo', step));
  await writer.flush();
  const again = await source.current();
  expect(again).not.toBe(journal);
  expect(await stepsOf(again)).toEqual([1, 2, 3]);
});

it('takes the events of an unstored run', async () => {
  const source = open({ kind: 'unstored', id: 1 });
  expect((await source.current()).events).toBe(0);
  source.add([smallStart, smallStep(1)]);
  source.add([smallStep(2)]);
  expect(await stepsOf(await source.current())).toEqual([1, 2]);
});
