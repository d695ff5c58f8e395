/** Stored runs on the CPU device, and their comparison with runs that never stopped. */
import { expect } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import type { Tensors } from '../../model/parameters';
import { readCheckpoint } from '../../runs/checkpoints';
import type { Files } from '../../runs/files';
import { RunFolder } from '../../runs/runFolder';
import type { Recipe } from '../recipe/recipe';
import { differenceOf, expectSameTensors } from '../run/continued.fixture';
import { Session } from '../run/session';
import { continueStored } from './continuation';
import { createStored, type StoredAt } from './forked';
import { type RecordedOptions, RecordedRun } from './recorded';

export const fails = async (error: Error): Promise<never> => {
  throw error;
};

interface RecordOptions extends Partial<RecordedOptions> {
  readonly open?: () => Promise<Device> | Device;
  /** Called after each event, which lies in the journal. */
  readonly onEvent?: () => Promise<void>;
}

/** Runs to the end or to a stop, and returns the run. */
export async function record(
  folder: RunFolder,
  recipe: Recipe,
  from: StoredAt | null,
  options: RecordOptions = {},
): Promise<RecordedRun> {
  const { open = () => openCpuDevice(), onEvent, ...others } = options;
  const device = await open();
  const session = new Session(device, recipe, 'full');
  const run = new RecordedRun(session, folder, { onFull: fails, from, ...others });
  try {
    for await (const _ of run.events()) await onEvent?.();
  } finally {
    session.destroy();
    device.destroy();
  }
  return run;
}

export async function recordNew(files: Files, recipe: Recipe, options: RecordOptions = {}) {
  return record(await createStored(files, recipe, { adapter: 'cpu' }), recipe, null, options);
}

export async function recordRest(files: Files, options: RecordOptions = {}) {
  const { folder, recipe, from } = await continueStored(files);
  return record(folder, recipe, from, options);
}

/** Fields of the clock and of memory, which differ between equal runs. */
const FREE = ['step_time', 'seconds', 'peak_bytes'];

/** Events of a run without those that only a stop or the clock changes, and its last weights. */
export async function resultOf(files: Files): Promise<{ events: string[]; weights: Tensors }> {
  const { journal, faults } = await RunFolder.open(files);
  expect(faults).toEqual([]);
  const events: string[] = [];
  for await (const { text } of journal.read()) {
    const event = JSON.parse(text, (key, value) => (FREE.includes(key) ? 0 : value)) as { type: string };
    if (event.type !== 'resume') events.push(JSON.stringify(event));
  }
  const run = await RunFolder.open(files);
  const [last] = await run.checkpoints();
  return { events, weights: (await readCheckpoint(files, last!)).model };
}

export async function expectSameResult(files: Files, expected: Awaited<ReturnType<typeof resultOf>>) {
  const result = await resultOf(files);
  const at = expected.events.findIndex((event, i) => event !== result.events[i]);
  if (at >= 0) expect.fail(`event ${at} differs: ${differenceOf(result.events[at] ?? '', expected.events[at]!)}`);
  expect(result.events).toHaveLength(expected.events.length);
  expectSameTensors(result.weights, expected.weights);
}
