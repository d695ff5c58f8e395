/** Commands about stored runs: on files in memory, with another tab that may hold a run. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { filesWithin } from '../runs/files';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import type { Ownership } from '../runs/owner';
import { RunFolder } from '../runs/runFolder';
import { readAll, writeSmallRun } from '../runs/smallRun.fixture';
import { freeName } from './freeName';
import { EXPORT_MS, Library, type LibraryCommands, type LibraryParts } from './library';

/** Ownership of this tab; `held` has the runs of other tabs. */
function locks(held: Set<string>): Ownership & { readonly own: Set<string> } {
  const own = new Set<string>();
  const holder = { who: 'another tab', seen: null };
  return {
    own,
    async claim(run) {
      if (held.has(run) || own.has(run)) return { owner: null, holder };
      own.add(run);
      const release = async () => void own.delete(run);
      return { owner: { lost: new AbortController().signal, release }, holder: null };
    },
    holderOf: async (run) => (held.has(run) || own.has(run) ? holder : null),
  };
}

let files: MemoryFiles;
let held: Set<string>;
let ownership: ReturnType<typeof locks>;
let library: LibraryCommands;
const open = (others: Partial<LibraryParts> = {}): LibraryCommands =>
  new Library({
    place: async () => ({ files, ownership }),
    blobAt: async (path) => new Blob([(await files.read(path))!]),
    ...others,
  });
beforeEach(async () => {
  files = memoryFiles();
  held = new Set();
  ownership = locks(held);
  library = open();
  await writeSmallRun(filesWithin(files, 'small'));
});
afterEach(() => {
  expect([...ownership.own].filter((run) => !run.startsWith('.export-'))).toEqual([]);
  vi.useRealTimers();
});

const recipe = { title: 'Parity', seed: 3, task: { name: 'parity', level: 8 }, sft: { steps: 5 }, grpo: { steps: 4 } };

it('lists runs with their recipe, their holder and their end', async () => {
  const { meta } = (await library.list())[0]!;
  await RunFolder.create(filesWithin(files, 'other'), recipe, { ...meta!, created: '2026-02-02T03:04:05.000Z' });
  held.add('other');
  const runs = await library.list();
  expect(runs.map(({ name, state, hasEnded, recipe }) => [name, state, hasEnded, recipe?.task.level ?? null])).toEqual([
    ['other', 'running', false, 8],
    ['small', 'finished', true, null],
  ]);
});

it('changes the title and notes, and refuses a value that does not fit', async () => {
  await library.edit('small', { title: '<b>New</b>', notes: 'two\nlines' });
  const [run] = await library.list();
  expect(run).toMatchObject({ state: 'finished', meta: { title: '<b>New</b>', notes: 'two\nlines', tags: ['test'] } });
  await expect(library.edit('small', { title: 'x'.repeat(201) })).rejects.toThrow(/meta\.json: title: /);
  expect((await RunFolder.open(filesWithin(files, 'small'))).faults).toEqual([]);
  await expect(library.edit('gone', { title: '' })).rejects.toThrow('there is no run "gone"');
  await expect(library.edit('', { title: '' })).rejects.toThrow('there is no run ""');
});

it('pins and removes checkpoints', async () => {
  await library.edit('small', { pin: 'grpo-2' });
  const rows = async () => (await library.checkpoints('small')).map(({ name, isPinned }) => [name, isPinned]);
  expect(await rows()).toEqual([
    ['grpo-4', false],
    ['grpo-2', true],
    ['sft-1', false],
  ]);
  await library.removeCheckpoint('small', 'grpo-2');
  expect((await library.list())[0]!.meta!.pinned).toEqual([]);
  expect(await rows()).toHaveLength(2);
  await expect(library.removeCheckpoint('small', 'grpo-2')).rejects.toThrow('small has no checkpoint "grpo-2"');
});

it('changes nothing of a run that another tab holds', async () => {
  held.add('small');
  const before = [...files.contents.keys()];
  for (const action of [
    () => library.edit('small', { title: 'x' }),
    () => library.setAside('small'),
    () => library.remove('small'),
    () => library.removeCheckpoint('small', 'grpo-2'),
    () => library.export('small', 'zip', null),
  ])
    await expect(action()).rejects.toThrow('small is held by another tab; stop it there first');
  expect([...files.contents.keys()]).toEqual(before);
});

it('removes a run; a missing one is fine', async () => {
  await library.remove('small');
  await library.remove('small');
  await library.remove('');
  expect(files.contents.size).toBe(0);
});

it('hides a run that was set aside, restores it unchanged, and loses none with the page', async () => {
  const before = new Map(files.contents);
  await library.setAside('small');
  expect([await library.list(), [...ownership.own]]).toEqual([[], ['small']]);
  // the page is gone: another one finds the files as they were
  expect(new Map(files.contents)).toEqual(before);
  await library.restore('small');
  expect((await library.list()).map(({ name }) => name)).toEqual(['small']);
  await library.setAside('small');
  await library.remove('small');
  expect(files.contents.size).toBe(0);
  await expect(library.setAside('small')).rejects.toThrow('there is no run "small"');
});

it('exports a run to a file that imports as the same run under a free name', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const zip = await library.export('small', 'zip', null);
  expect(zip.name).toBe('small.zip');
  expect(await library.import(zip.file, 'small.zip')).toEqual({ name: 'small-2', faults: [] });
  const [one, other] = await Promise.all(['small', 'small-2'].map((name) => readAll(filesWithin(files, name))));
  expect(other).toEqual(one);
  const temporary = () => [...files.contents.keys()].filter((path) => path.startsWith('.'));
  expect(temporary()).toEqual([expect.stringMatching(/^\.export-small-\w+\/small\.zip$/)]);
  await open().list(); // another tab of the same kind: the export is still held
  expect(temporary()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(EXPORT_MS);
  expect(temporary()).toEqual([]);
});

it('removes what an ended tab left of an export', async () => {
  await files.write('.export-x/x.zip', new Uint8Array(9));
  await library.list();
  expect([...files.contents.keys()].filter((path) => path.startsWith('.'))).toEqual([]);
});

it('refuses a foreign zip by its name and stores nothing', async () => {
  const before = [...files.contents.keys()];
  await expect(library.import(new Blob(['PK, no zip']), 'my notes.zip')).rejects.toThrow(
    '"my notes.zip" is no zip of a run, or damaged',
  );
  expect([...files.contents.keys()]).toEqual(before);
});

it.each([
  ['other.zip', 'other'],
  ['my run.jsonl', 'my-run'],
  ['Run.ZIP', 'Run-2'],
  ['../../etc', 'etc'],
  ['.zip', 'imported'],
  ['mein Lauf (1).zip', 'mein-Lauf-1-'],
])('makes a name of %s', (file, name) => expect(freeName(file, ['run'])).toBe(name));
