/** Lost devices: a run goes on from its last checkpoint on a new device, but not forever. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { memoryFiles } from '../../runs/memoryFiles';
import { RunFolder } from '../../runs/runFolder';
import { withFields } from '../recipe/recipe';
import { SMALLEST } from '../run/continued.fixture';
import { Session } from '../run/session';
import { createStored } from './forked';
import { RecordedRun } from './recorded';
import { Attempts, type ReopenOptions, runOnDevices } from './reopen';
import { expectSameResult, fails, record, recordNew, resultOf } from './stored.fixture';

const RECIPE = withFields(SMALLEST, { 'checkpoints.everySteps': 2, 'checkpoints.everySeconds': 0 });
const REASON = 'the GPU device was lost: driver reset';
const wait = async () => {};

/** Device that is lost after some reads; the reads fail before the notice arrives. */
function losing(reads: number, onLost: (reason: string) => void): Device {
  const device = openCpuDevice();
  let left = reads;
  return {
    ...device,
    read: (...given) => {
      if (left-- > 0) return device.read(...given);
      setTimeout(() => onLost(REASON));
      return Promise.reject(new Error('reading back failed: AbortError'));
    },
  };
}

/** Trains on devices with these numbers of reads, then on one that is not lost. */
async function train(reads: readonly number[], options: Partial<ReopenOptions<unknown>> = {}) {
  const files = memoryFiles();
  const left = [...reads];
  const said: string[] = [];
  const folder = await createStored(files, RECIPE, { adapter: 'cpu' });
  const work = runOnDevices(
    files,
    { folder, recipe: RECIPE, from: null },
    {
      open: async (onLost) => losing(left.shift() ?? Infinity, onLost),
      run: (device, start) => record(start.folder, start.recipe, start.from, { open: () => device }),
      onReopen: ({ reason, attempt, most, continuation: { from } }) => {
        said.push(`${reason} (${attempt} of ${most}), from ${from?.info.name ?? 'the start'}`);
      },
      wait,
      ...options,
    },
  );
  return { files, said, work };
}

it('a run on lost devices has the events and weights of one that lost none', async () => {
  const whole = memoryFiles();
  await recordNew(whole, RECIPE);
  const { files, said, work } = await train([3, 20, 3]);
  await work;
  expect(said[0]).toBe(`${REASON} (1 of 3), from the start`);
  expect(said).toHaveLength(3);
  expect(said[2]).toMatch(/\(3 of 3\), from (sft|grpo)-/);
  await expectSameResult(files, await resultOf(whole));
});

it('the fourth loss within ten minutes, and a loss during a stop, end the run', async () => {
  const { said, work } = await train([3, 3, 3, 3]);
  await expect(work).rejects.toThrow(REASON);
  expect(said).toHaveLength(3);
  const stopping = await train([3], { stop: AbortSignal.abort() });
  await expect(stopping.work).rejects.toThrow(REASON);
  expect(stopping.said).toEqual([]);
});

it('a run whose device does not open again has no summary of events that were cut off', async () => {
  let first: RecordedRun | null = null;
  let opened = 0;
  const { files, work } = await train([], {
    open: async (onLost) => {
      if (opened++ > 0) throw new Error('no adapter');
      return losing(20, onLost);
    },
    run: async (device, { folder, recipe, from }) => {
      const session = new Session(device, recipe, 'full');
      first = new RecordedRun(session, folder, { from, onFull: fails });
      for await (const _ of first.events());
    },
  });
  await expect(work).rejects.toThrow('no adapter');
  await first!.stopped({ reason: 'failed' });
  expect(await RunFolder.open(files)).toMatchObject({ summary: null, faults: [] });
});

it('a stop while the run waits for a device opens none', async () => {
  const stop = new AbortController();
  let opened = 0;
  const { work } = await train([], {
    open: async (onLost) => {
      opened++;
      return losing(3, onLost);
    },
    wait: async () => stop.abort(),
    stop: stop.signal,
  });
  await expect(work).rejects.toThrow('the run was stopped before its device opened again');
  expect(opened).toBe(1);
});

it('a device opens again in four tries, then counts as lost; other errors are not caught', async () => {
  const reasonsOf = async (failures: number) => {
    let opened = 0;
    const { said, work } = await train([], {
      open: async (onLost) => {
        opened++;
        if (opened > 1 && opened <= 1 + failures) throw new Error('no adapter');
        return losing(opened === 1 ? 3 : Infinity, onLost);
      },
    });
    await work;
    return said.map((line) => line.split(' (')[0]);
  };
  expect(await reasonsOf(3)).toEqual([REASON]);
  expect(await reasonsOf(4)).toEqual([REASON, 'no adapter']);
  const refused = await train([], { open: () => Promise.reject(new Error('no adapter')) });
  await expect(refused.work).rejects.toThrow('no adapter');
  const failing = await train([], { run: () => Promise.reject(new Error('a fault of the lab')) });
  await expect(failing.work).rejects.toThrow('a fault of the lab');
});

it('attempts count within a window', () => {
  let now = 0;
  const attempts = new Attempts(2, 100, () => now);
  expect([attempts.take(), attempts.take(), attempts.take()]).toEqual([1, 2, null]);
  now = 100;
  expect([attempts.take(), attempts.take(), attempts.take()]).toEqual([1, 2, null]);
});
