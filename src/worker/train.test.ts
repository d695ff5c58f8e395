/** Stored training of the page on the CPU device, with files in memory: pause, stop, continue, a full storage, lost devices. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { withFields } from '../lab/recipe/recipe';
import { SMALLEST } from '../lab/run/continued.fixture';
import { expectSameResult, recordNew, resultOf } from '../lab/stored/stored.fixture';
import { listCheckpoints, readCheckpoint } from '../runs/checkpoints';
import { filesWithin } from '../runs/files';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { RunFolder } from '../runs/runFolder';
import type { RunMessage } from './protocol';
import { ReadBack } from './readBack';
import type { Surroundings } from './surroundings';
import { NAME, owners, page } from './training.fixture';

const RECIPE = withFields(SMALLEST, { 'checkpoints.everySeconds': 0 });
const LOSS = 'the GPU device was lost: driver reset';

let expected: Awaited<ReturnType<typeof resultOf>>;
beforeAll(async () => {
  const whole = memoryFiles();
  await recordNew(whole, RECIPE);
  expected = await resultOf(whole);
});

const types = (messages: readonly RunMessage[]) => messages.map(({ type }) => type);
const inside = (files: MemoryFiles) => filesWithin(files, NAME);
/** Stops at a GRPO step. */
async function trainAndStop(files: MemoryFiles, step: number) {
  const first = page(files);
  first.hooks.event = (event) => event.type === 'grpo' && event.step === step && first.driver.stop();
  await first.training.train(RECIPE, 'cpu');
  return first;
}

it('names the run, reports its checkpoints, and stores what a terminal would', async () => {
  const files = memoryFiles();
  const { training, messages, run, hooks } = page(files);
  hooks.event = async (event) => {
    if (event.type === 'grpo') await training.writing(NAME)?.editMeta((meta) => ({ ...meta, title: 'Renamed' }));
  };
  await training.train(RECIPE, 'cpu');
  expect([training.writing(NAME), (await RunFolder.open(inside(files))).meta?.title]).toEqual([null, 'Renamed']);
  expect(messages[0]).toEqual({ type: 'stored', name: NAME, title: RECIPE.title });
  expect(types(messages)).toEqual(['stored', 'saved', 'saved', 'saved', 'stopped']);
  const left = await (await RunFolder.open(inside(files))).checkpoints();
  expect(messages.at(-2)).toMatchObject({ stored: left.map(({ stage, step }) => ({ stage, step })).reverse() });
  expect([run.sft.length, run.grpo.length, run.summary?.recipe]).toEqual([4, 3, RECIPE.name]);
  expect(run.grpo.event(1)!.groups[0]!.rollouts[0]).not.toHaveProperty('ratios');
  await expectSameResult(inside(files) as MemoryFiles, expected);
  const second = page(files);
  await second.training.train(RECIPE, 'cpu');
  expect(second.messages[0]).toEqual({ type: 'stored', name: `${NAME}-2`, title: RECIPE.title });
});

describe('a stopped run', () => {
  it('ends its step, and continues to the same events; the page gets the earlier ones first', async () => {
    const files = memoryFiles();
    const { run } = await trainAndStop(files, 1);
    expect(run.grpo.length).toBe(1);
    expect((await RunFolder.open(inside(files))).summary).toMatchObject({
      stopped: { reason: 'user', stage: 'grpo', step: 1 },
    });
    const marked = [
      { stage: 'sft', step: 4 },
      { stage: 'grpo', step: 0 },
      { stage: 'grpo', step: 1 },
    ];
    const shown = page(files);
    await shown.training.open(NAME);
    expect(shown.messages.slice(-2)).toEqual([{ type: 'checkpoints', stored: marked }, { type: 'stopped' }]);
    const next = page(files);
    await next.training.continue(NAME, 'webgpu');
    expect([next.messages.slice(0, 2), next.run.start?.type]).toEqual([
      [
        { type: 'stored', name: NAME, title: RECIPE.title },
        {
          type: 'saved',
          place: { stage: 'grpo', step: 1 },
          stored: marked,
        },
      ],
      'start',
    ]);
    expect([next.run.sft.length, next.run.grpo.recent.map(({ step }) => step)]).toEqual([4, [1, 2, 3]]);
    expect(next.messages.at(-1)).toEqual({ type: 'stopped' });
    await expectSameResult(inside(files) as MemoryFiles, expected);
  });

  it('before its first step is not kept', async () => {
    const files = memoryFiles();
    const { training, driver, hooks, messages } = page(files);
    hooks.event = ({ type }) => type === 'start' && driver.stop();
    await training.train(RECIPE, 'cpu');
    expect(messages).toEqual([
      { type: 'stored', name: NAME, title: RECIPE.title },
      { type: 'stored', name: null },
      { type: 'stopped' },
    ]);
    expect(await files.list('')).toEqual([]);
  });

  it('of another tab is shown and not changed', async () => {
    const files = memoryFiles();
    await trainAndStop(files, 2);
    const before = files.spent;
    const other = page(files, {}, owners({ [NAME]: { who: 'another tab', seen: null } }));
    await other.training.continue(NAME, 'cpu');
    expect(other.notices).toEqual([{ code: 'held', who: 'another tab' }]);
    expect([other.run.grpo.length, files.spent, types(other.messages)]).toEqual([
      2,
      before,
      ['notice', 'stored', 'checkpoints', 'stopped'],
    ]);
  });

  it('of a newer version, which cannot be shown, is free again', async () => {
    const files = memoryFiles();
    await trainAndStop(files, 1);
    const { recipe, meta, files: from } = await RunFolder.open(inside(files));
    const newer = await RunFolder.create(filesWithin(files, 'newer'), recipe, meta!);
    newer.journal.append('{"type":"later"}', null);
    const [newest] = (await listCheckpoints(from)).checkpoints;
    await newer.save(await readCheckpoint(from, newest!), { isStageEnd: false, accuracy: null });
    const ownership = owners();
    const { training, messages } = page(files, {}, ownership);
    await training.continue('newer', 'cpu');
    expect([types(messages), await ownership.holderOf('newer')]).toEqual([['failed'], null]);
  });

  it('says that it continues on another device, and not on its own', async () => {
    const files = memoryFiles();
    await trainAndStop(files, 1);
    const noticesOn = async (device: Device) => {
      const { training, notices, driver, hooks } = page(files, { open: async () => device });
      hooks.event = (event) => event.type === 'grpo' && driver.stop();
      await training.continue(NAME, 'cpu');
      return notices;
    };
    const notice = { code: 'other-device', before: openCpuDevice().name, now: 'another' };
    expect(await noticesOn({ ...openCpuDevice(), name: 'another' })).toEqual([notice]);
    expect(await noticesOn({ ...openCpuDevice(), name: 'another' })).toEqual([]);
  });

  it('that is missing has an error', async () => {
    const { training, messages } = page(memoryFiles());
    await training.open('nothing');
    expect(messages.at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('no run nothing') });
  });
});

it('a pause takes a checkpoint, computes no further step, and a stop then loses nothing', async () => {
  const files = memoryFiles();
  const { training, driver, hooks, run, messages } = page(files);
  hooks.event = (event) => event.type === 'grpo' && event.step === 2 && driver.pause();
  const done = training.train(RECIPE, 'cpu');
  await expect.poll(() => messages.at(-1)).toMatchObject({ type: 'saved', place: { stage: 'grpo', step: 2 } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(run.grpo.length).toBe(2);
  hooks.event = () => null;
  driver.step();
  await expect.poll(() => run.grpo.length).toBe(3);
  driver.resume();
  await done;
  await expectSameResult(inside(files) as MemoryFiles, expected);
});

it('a full storage pauses the run with what could be deleted; it goes on when there is room', async () => {
  const files = memoryFiles();
  await trainAndStop(files, 1);
  await files.write('other/model.safetensors', new Uint8Array(5000));
  await files.write('.import-other/model.safetensors', new Uint8Array(9000));
  files.faults.fullAfter = files.spent + 2000;
  const { training, notices, messages } = page(files, {
    waitForRoom: async () => {
      delete files.faults.fullAfter;
    },
  });
  await training.continue(NAME, 'cpu');
  expect(notices).toEqual([{ code: 'full', bytes: expect.any(Number), others: [{ name: 'other', bytes: 5000 }] }]);
  expect(messages.filter(({ type }) => type === 'room')).toEqual([{ type: 'room', playing: true }]);
  await expectSameResult(inside(files) as MemoryFiles, expected);
});

it('a full storage is asked again by Resume; the watch of an earlier wait ends no later one', async () => {
  const files = memoryFiles();
  await trainAndStop(files, 1);
  files.faults.fullAfter = files.spent + 2000;
  const watches: (() => void)[] = [];
  const { training, driver, notices, messages } = page(files, {
    waitForRoom: () => new Promise((resolve) => watches.push(resolve)),
  });
  const done = training.continue(NAME, 'cpu');
  await expect.poll(() => notices.length).toBe(1);
  driver.resume();
  await expect.poll(() => notices.length).toBe(2);
  watches[0]!();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([notices.length, messages.filter(({ type }) => type === 'room').length]).toEqual([2, 1]);
  delete files.faults.fullAfter;
  watches[1]!();
  await done;
  await expectSameResult(inside(files) as MemoryFiles, expected);
});

/** Device that is lost after some reads. */
function losing(reads: number, onLost: (reason: string) => void): Device {
  const device = openCpuDevice();
  let left = reads;
  const read: Device['read'] = (...given) => {
    if (left-- > 0) return device.read(...given);
    onLost(LOSS);
    return Promise.reject(new Error('reading back failed: AbortError'));
  };
  return { ...device, read };
}

it('a lost device is opened again, and the page has each step once', async () => {
  const files = memoryFiles();
  let opened = 0;
  const { training, notices, run } = page(files, {
    open: async (_, onLost) => losing([15, 15][opened++] ?? Infinity, onLost),
  });
  await training.train(withFields(RECIPE, { 'checkpoints.everySteps': 1 }), 'cpu');
  expect(notices.map(({ code }) => code)).toEqual(['lost', 'lost']);
  expect(notices[0]).toMatchObject({ reason: LOSS, attempt: 1, most: 3 });
  expect([run.sft.map(({ step }) => step), run.grpo.recent.map(({ step }) => step)]).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3],
  ]);
  expect(run.evaluations.map(({ stage }) => stage)).toEqual(['base', 'sft', 'grpo']);
}, 30_000);

it('without storage it trains all the same, says why, and a lost device ends it', async () => {
  const refused: Partial<Surroundings> = { place: () => Promise.reject(new Error('no private files')) };
  const { training, notices, messages, run } = page(memoryFiles(), refused);
  await training.train(RECIPE, 'cpu');
  expect(notices).toEqual([{ code: 'not-stored', reason: 'no private files' }]);
  expect(messages).toEqual([{ type: 'notice', notice: notices[0] }, { type: 'stopped' }]);
  expect(run.grpo.length).toBe(3);
  const lost = page(memoryFiles(), { ...refused, open: async (_, onLost) => losing(3, onLost) });
  await lost.training.train(RECIPE, 'cpu');
  expect(lost.messages.at(-1)).toEqual({ type: 'failed', message: LOSS, cause: 'lost' });
});

it('old steps are read back from the journal of the run on screen and of others', async () => {
  const files = memoryFiles();
  const ownership = owners();
  const { training, run } = page(files, {}, ownership);
  await training.train(RECIPE, 'cpu');
  const readBack = new ReadBack(async () => ({ files, ownership }));
  for (const live of [training.stored, null])
    expect(await readBack.groups(NAME, 2, live)).toEqual(run.grpo.event(2)!.groups);
  await expect(readBack.groups(NAME, 9, null)).rejects.toThrow('has no GRPO step 9');
});

it('reads a step that another tab has written since the journal was opened', async () => {
  const files = memoryFiles();
  await trainAndStop(files, 1);
  const ownership = owners();
  const readBack = new ReadBack(async () => ({ files, ownership }));
  await expect(readBack.groups(NAME, 3, null)).rejects.toThrow('has no GRPO step 3');
  const { training, run } = page(files, {}, ownership);
  await training.continue(NAME, 'cpu');
  expect(await readBack.groups(NAME, 3, null)).toEqual(run.grpo.event(3)!.groups);
});
