/** The list of stored runs and the actions on them, with a library in place of the worker. */
import { beforeEach, expect, it, vi } from 'vitest';
import { newMeta } from '../runs/meta';
import type { LibraryCommands } from '../worker/library';
import { lab } from './lab';
import {
  canContinue,
  deleteRun,
  editRun,
  exportRun,
  followRuns,
  importRuns,
  isEditable,
  type ListedRun,
  largest,
  refreshRuns,
  runs,
  titleOf,
  toggleDetails,
  UNDO_MS,
  undoDeletion,
} from './runs';
import { isNearlyFull } from './storage';

const stored = (name: string, others: Partial<ListedRun> = {}): ListedRun => ({
  ...{
    name,
    state: 'stopped',
    holder: null,
    stage: 'grpo',
    step: 3,
    heldOut: 0.5,
    accuracy: 0.5,
    reward: 0.1,
    bytes: 3 << 20,
  },
  ...{ fault: null, recipe: null, isHere: false, hasEnded: false },
  meta: newMeta({ labVersion: '1', adapter: 'none', title: name.toUpperCase() }),
  ...others,
});

let list: ListedRun[];
let aside: ListedRun[] = [];
const commands = {
  list: vi.fn(async () => list),
  checkpoints: vi.fn(async () => []),
  edit: vi.fn(async () => {}),
  remove: vi.fn(async (run: string) => {
    list = list.filter(({ name }) => name !== run);
  }),
  export: vi.fn(async () => ({ name: 'b.zip', file: new Blob(['zip']) })),
  setAside: vi.fn(async (run: string) => {
    aside = list.filter(({ name }) => name === run);
    list = list.filter(({ name }) => name !== run);
  }),
  restore: vi.fn(async () => {
    list = [...list, ...aside];
  }),
  import: vi.fn(async (_: Blob, file: string) => {
    if (file === 'bad.zip') throw new Error('"bad.zip" is no zip of a run');
    return { name: file.replace('.zip', ''), faults: [{ file: 'recipe.json', what: 'is missing' }] };
  }),
} satisfies Partial<LibraryCommands>;
vi.mock('./library', () => ({ library: <T>(command: (library: unknown) => T) => command(commands) }));
beforeEach(async () => {
  list = [stored('a'), stored('b', { bytes: 9 << 20 })];
  await refreshRuns();
  vi.clearAllMocks();
});
const names = () => runs.getState().list.map(({ name }) => name);

it('keeps the list, or the reason why it cannot be read', async () => {
  expect(names()).toEqual(['a', 'b']);
  commands.list.mockRejectedValueOnce(new Error('no private files'));
  await refreshRuns();
  expect(runs.getState()).toMatchObject({ isRead: true, fault: 'no private files' });
});

it('drops a reading that ends after a later one', async () => {
  let answerFirst: (list: ListedRun[]) => void = () => {};
  commands.list.mockReturnValueOnce(new Promise((resolve) => (answerFirst = resolve)));
  const first = refreshRuns();
  await refreshRuns();
  answerFirst([]);
  await first;
  expect(names()).toEqual(['a', 'b']);
});

it('reads again when a training starts, saves and ends', async () => {
  const end = followRuns();
  const reads = () => commands.list.mock.calls.length;
  for (const change of [
    { source: 'live', status: 'playing' },
    { runName: 'c' },
    { saved: { stage: 'sft', step: 1 } },
    { version: 9 },
    { status: 'finished' },
  ] as const)
    lab.setState(change);
  await vi.waitFor(() => expect(reads()).toBe(5));
  end();
  lab.setState({ status: 'playing' });
  await refreshRuns();
  expect(reads()).toBe(6);
  lab.setState({ source: 'replay', runName: null, saved: null });
});

it('deletes a run after ten seconds in which the user can undo it', async () => {
  vi.useFakeTimers();
  await deleteRun(list[1]!);
  expect([names(), runs.getState().deleted.map(({ name }) => name)]).toEqual([['a'], ['b']]);
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  await undoDeletion('b');
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect([names(), runs.getState().deleted, commands.remove.mock.calls]).toEqual([['a', 'b'], [], []]);
  await toggleDetails('b');
  await deleteRun(list[1]!);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  await vi.waitFor(() => expect(runs.getState()).toMatchObject({ deleted: [], details: null }));
  expect([names(), commands.remove.mock.calls]).toEqual([['a'], [['b']]]);
  vi.useRealTimers();
});

it('keeps a run in the list that cannot be deleted, with the reason', async () => {
  commands.setAside.mockRejectedValueOnce(new Error('a is held by another tab'));
  await deleteRun(list[0]!);
  const failed = { run: 'a', message: 'a is held by another tab' };
  expect(runs.getState()).toMatchObject({ deleted: [], failed });
  await editRun(runs.getState().list[0]!, { title: 'x' });
});

it('runs actions one after the other, and keeps the fault of the run whose action failed', async () => {
  commands.edit.mockRejectedValueOnce(new Error('a is held by another tab'));
  const edited = editRun(runs.getState().list[0]!, { title: 'x' });
  const zip = exportRun('b');
  await edited;
  expect(await (await zip)!.file.text()).toBe('zip');
  const failed = { run: 'a', message: 'a is held by another tab' };
  expect(runs.getState()).toMatchObject({ failed, busy: null });
  await editRun(runs.getState().list[0]!, { title: 'x' });
  expect(runs.getState().failed).toBeNull();
});

it('imports files until one is refused', async () => {
  const file = (name: string) => new File([], name);
  await importRuns([file('one.zip')]);
  expect(runs.getState().imported).toEqual({ run: 'one', faults: ['recipe.json is missing'] });
  await importRuns([file('one.zip'), file('bad.zip'), file('two.zip')]);
  expect(commands.import).toHaveBeenCalledTimes(3);
  expect(runs.getState().failed).toEqual({ run: null, message: '"bad.zip" is no zip of a run' });
});

it('knows which runs can continue and be edited, and the largest', () => {
  const held = stored('h', { state: 'running', bytes: 99 << 20 });
  expect(
    [
      stored('s'),
      stored('d', { state: 'damaged' }),
      stored('e', { hasEnded: true }),
      held,
      stored('o', { meta: null }),
    ].map(canContinue),
  ).toEqual([true, true, false, false, false]);
  expect([held, { ...held, isHere: true }, stored('s'), stored('o', { meta: null })].map(isEditable)).toEqual([
    ...[false, true, true, false],
  ]);
  expect(largest([list[0]!, held, list[1]!], 2).map(({ name }) => name)).toEqual(['b', 'a']);
  expect(titleOf({ ...list[0]!, meta: null })).toBe('a');
});

it('calls the storage nearly full above 80 % of its quota', () => {
  expect([79, 81].map((usage) => isNearlyFull({ usage, quota: 100 }))).toEqual([false, true]);
  expect(isNearlyFull({ usage: null, quota: 100 })).toBe(false);
});
