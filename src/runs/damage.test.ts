/** Damage of a run folder: changed bytes, full disks and crashes are named, and no other number is read. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Random, random } from '../random';
import { listCheckpoints, newestGood, verifyCheckpoint } from './checkpoints';
import { type Bytes, StorageFullError } from './files';
import { type MemoryFiles, memoryFiles } from './memoryFiles';
import { numbersToText } from './numbers';
import { RunFolder } from './runFolder';
import {
  type Attempt,
  checkpointAt,
  contentText,
  continueSmallRun,
  EVENTS,
  readAll,
  writeSmallRun,
} from './smallRun.fixture';

const good = memoryFiles();
let whole: Awaited<ReturnType<typeof readAll>>;
beforeAll(async () => {
  await writeSmallRun(good);
  whole = await readAll(good);
});

const events = EVENTS.map(([value]) => numbersToText(value));
const contents = new Map(
  [checkpointAt('sft', 1), checkpointAt('grpo', 2), checkpointAt('grpo', 4)].map((checkpoint) => [
    `${checkpoint.stage}-${checkpoint.step}`,
    contentText(checkpoint),
  ]),
);

/** Reads all that is there, and expects of each number that it is the one that was written. */
async function expectNoOtherNumbers(files: MemoryFiles): Promise<string[]> {
  const read = await readAll(files);
  for (const file of ['recipe', 'meta', 'summary'] as const) expect([whole[file], 'null']).toContain(read[file]);
  expect(read.events).toEqual(events.slice(0, read.events.length));
  if (read.newest) expect(read.newest.content).toBe(contents.get(read.newest.name));
  const faults = [...read.faults];
  for (const info of (await listCheckpoints(files)).checkpoints)
    await verifyCheckpoint(files, info).catch((error: Error) => faults.push(error.message));
  return faults;
}

type Damage = readonly [name: string, change: (bytes: Bytes, stream: Random) => Bytes | null];
const damages: readonly Damage[] = [
  [
    'a flipped bit',
    (bytes, stream) => {
      const at = stream.integer(0, bytes.length - 1);
      return bytes.with(at, bytes[at]! ^ (1 << stream.integer(0, 7))) as Bytes;
    },
  ],
  [
    'another byte',
    (bytes, stream) => {
      const at = stream.integer(0, bytes.length - 1);
      return bytes.with(at, (bytes[at]! + stream.integer(1, 255)) & 255) as Bytes;
    },
  ],
  ['a cut', (bytes, stream) => bytes.slice(0, stream.integer(0, bytes.length - 1))],
  ['a removed file', () => null],
];
const CASES = 1000;

it(`names file and fault of ${CASES} random damages, and reads no other number`, async () => {
  const stream = random(Number(process.env.FUZZ_SEED ?? 0), 'damage');
  const paths = [...good.contents.keys()];
  for (let i = 0; i < CASES; i++) {
    const files = good.survivors();
    const path = stream.pick(paths);
    const [name, change] = stream.pick(damages);
    const changed = change(files.contents.get(path)!, stream);
    if (changed) files.contents.set(path, changed);
    else files.contents.delete(path);
    const faults = await expectNoOtherNumbers(files);
    expect(
      faults.some((fault) => fault.startsWith(path)),
      `case ${i}: ${name} in ${path}: ${faults.join('\n') || 'no fault'}`,
    ).toBe(true);
  }
});

it('skips a damaged checkpoint for the one before, with the name of the file', async () => {
  const files = good.survivors();
  const path = 'checkpoints/grpo-4/optimizer.safetensors';
  files.contents.set(path, files.contents.get(path)!.with(100, 1) as Bytes);
  const { info, faults } = await newestGood(files);
  expect(info?.name).toBe('grpo-2');
  expect(faults).toEqual([{ file: path, what: 'is damaged: its SHA-256 differs' }]);
});

it('continues a run whose manifest is damaged', async () => {
  const files = good.survivors();
  files.contents.set('manifest.json', new TextEncoder().encode('{}'));
  const run = await RunFolder.open(files);
  expect(run.faults).toEqual([{ file: 'manifest.json', what: 'is damaged: its checksum differs' }]);
  await run.rewind((await run.checkpoints())[1]!);
  await continueSmallRun(run);
  expect(await readAll(files)).toEqual(whole);
});

it('refuses a checkpoint with a number that is not finite, and names the tensor', async () => {
  const files = good.survivors();
  const run = await RunFolder.open(files);
  for (const part of ['model', 'optimizer', 'reference']) {
    const checkpoint = checkpointAt('grpo', 5);
    const held = part === 'optimizer' ? checkpoint.optimizer!.tensors : checkpoint[part as 'model']!;
    held.get('b.weight')!.data[0] = Number.NaN;
    await expect(run.save(checkpoint, { isStageEnd: false, accuracy: null })).rejects.toThrow(
      `checkpoint grpo-5: ${part}: b.weight[0] is NaN; use an earlier checkpoint`,
    );
  }
  expect(await readAll(files)).toEqual(whole);
});

it('continues after a full disk at ten random moments, and nothing is damaged meanwhile', async () => {
  const stream = random(1, 'full');
  for (let i = 0; i < 10; i++) {
    const files = memoryFiles({ fullAfter: stream.integer(0, good.spent - 200) });
    let times = 0;
    const attempt: Attempt = async (work) => {
      try {
        return await work();
      } catch (error) {
        expect(error).toBeInstanceOf(StorageFullError);
        times++;
        expect(await expectNoOtherNumbers(files.survivors())).toEqual([]);
        delete files.faults.fullAfter;
        return work();
      }
    };
    await writeSmallRun(files, attempt);
    expect(times).toBe(1);
    expect(await readAll(files)).toEqual(whole);
  }
});

describe.each([false, true])('a crash, where folders move file by file: %s', (movesOneByOne) => {
  /** Moments at which the process may die: the ends of writes and renames, and the middle of writes. */
  async function moments(work: (files: MemoryFiles) => Promise<unknown>, start: MemoryFiles): Promise<number[]> {
    const files = start.survivors();
    files.faults.movesOneByOne = movesOneByOne;
    const ends = new Set([0]);
    const { set, delete: remove } = files.contents;
    files.contents.set = (path, bytes) => {
      ends.add(files.spent).add(Math.max(0, files.spent - 1));
      return set.call(files.contents, path, bytes);
    };
    files.contents.delete = (path) => {
      ends.add(files.spent);
      return remove.call(files.contents, path);
    };
    await work(files);
    return [...ends].filter((at) => at < files.spent);
  }
  async function dieAt(at: number, work: (files: MemoryFiles) => Promise<unknown>, start: MemoryFiles) {
    const files = start.survivors();
    Object.assign(files.faults, { crashAfter: at, movesOneByOne });
    await expect(work(files)).rejects.toThrow('the process');
    return files.survivors();
  }

  it('leaves a run that continues to the same end', async () => {
    const empty = memoryFiles();
    for (const at of await moments(writeSmallRun, empty)) {
      const files = await dieAt(at, writeSmallRun, empty);
      await expectNoOtherNumbers(files);
      const run = await RunFolder.open(files);
      if (run.recipe === null || run.meta === null) continue; // before its folder was complete
      await run.rewind((await newestGood(files)).info);
      await continueSmallRun(run);
      const { faults, ...again } = await readAll(files);
      expect(again, `${at}`).toEqual({ ...again, ...whole, faults: undefined });
      // the folder of a checkpoint that moved in part stays until its name is saved again
      expect(faults.filter((fault) => !fault.includes('manifest.json is missing'))).toEqual([]);
    }
  });

  it('leaves the old or the new one of a replaced checkpoint', async () => {
    const replaced = checkpointAt('grpo', 4, 99);
    contents.set('new', contentText(replaced));
    const save = async (files: MemoryFiles) =>
      (await RunFolder.open(files)).save(replaced, { isStageEnd: true, accuracy: 1 });
    const seen = new Set<boolean>();
    for (const at of await moments(save, good)) {
      const { info, checkpoint } = await newestGood(await dieAt(at, save, good));
      expect(info?.name).toBe('grpo-4');
      const text = contentText(checkpoint!);
      expect([contents.get('grpo-4'), contents.get('new')]).toContain(text);
      seen.add(text === contents.get('new'));
    }
    expect(seen).toEqual(new Set([false, true]));
  });
});
