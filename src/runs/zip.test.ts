/** Zips of runs: foreign ones are refused before anything is written. */
import { configure, TextReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-external.js';
import { beforeAll, expect, it } from 'vitest';
import { zipFile } from '../fuzz/zipFile.fixture';
import { random } from '../random';
import { filesWithin } from './files';
import { type MemoryFiles, memoryFiles } from './memoryFiles';
import { RunFolder } from './runFolder';
import { readAll, writeSmallRun } from './smallRun.fixture';
import { exportRun, importRun, type ZipSource } from './zip';

const sourceOf = (bytes: Uint8Array): ZipSource => ({
  ...{ name: 'run.zip', size: bytes.length },
  read: async (start, end) => bytes.slice(start, end),
});

const exported = async (files: MemoryFiles) =>
  new Uint8Array(await new Response(exportRun(files) as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());

let good: Uint8Array;
const original = memoryFiles();
beforeAll(async () => {
  configure({ useWebWorkers: false });
  await writeSmallRun(original);
  await original.write('run.lock', new Uint8Array(4));
  await original.write('checkpoints/.tmp-grpo-9/state.json', new Uint8Array(4));
  good = await exported(original);
});

async function zipOf(files: readonly (readonly [path: string, text: string])[]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [path, text] of files) await zip.add(path, new TextReader(text), { level: 6 });
  return zip.close();
}

/** Replaces a text by one of the same length, everywhere. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(from, to);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

async function refusal(zip: Uint8Array, files: MemoryFiles = memoryFiles()): Promise<string> {
  const message = await importRun(files, 'run', sourceOf(zip)).then(() => 'it was imported', String);
  expect([...files.contents.keys()].filter((path) => !path.startsWith('taken'))).toEqual([]);
  return message;
}

it('leaves out files that no run writes', async () => {
  const files = memoryFiles();
  await importRun(files, 'run', sourceOf(good));
  const paths = [...original.contents.keys()].filter((path) => path !== 'run.lock' && !path.includes('.tmp-'));
  expect([...files.contents.keys()].sort()).toEqual(paths.map((path) => `run/${path}`).sort());
});

it('keeps the journal of a run that an earlier version left when it was killed', async () => {
  const killed = memoryFiles();
  const lines = '{"type":"start"}\n{"type":"grpo","step":1}\n';
  await killed.write('recipe.json', new TextEncoder().encode('{}'));
  await killed.write('events.jsonl.partial', new TextEncoder().encode(lines));
  const files = memoryFiles();
  expect(await importRun(files, 'run', sourceOf(await exported(killed)))).toEqual([]);
  expect(new TextDecoder().decode(files.contents.get('run/events.jsonl'))).toBe(lines);
});

it('says that a checkpoint was removed while the run was exported', async () => {
  const files = original.survivors();
  const listed = { ...files, readRange: async () => null };
  await expect(exported(listed)).rejects.toThrow('was removed or cut off during the export; export the run again');
});

it('reads no more of a zip once the disk is full', async () => {
  const content = new Uint8Array(2 ** 24);
  const large = zipFile([
    { name: 'recipe.json', content: new Uint8Array() },
    { name: 'events.jsonl', content, isStored: true },
  ]);
  let reads = 0;
  const source = {
    ...sourceOf(large.bytes),
    read: async (start: number, end: number) => {
      reads++;
      return large.bytes.slice(start, end);
    },
  };
  const files = memoryFiles({ fullAfter: 2 ** 20 });
  await expect(importRun(files, 'run', source)).rejects.toThrow('the storage is full');
  expect(files.contents.size).toBe(0);
  const before = reads;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reads).toBe(before);
});

const recipe = ['recipe.json', '{}'] as const;
const empty = (name: string) => ({ name, content: new Uint8Array() });
it.each([
  ['no zip', async () => new TextEncoder().encode('PK, but no zip'), 'run.zip is no zip of a run, or damaged'],
  ['an absolute path', async () => replaced(good, 'recipe.json', '/ecipe.json'), 'is no zip of a run, or damaged'],
  ['a path upwards', async () => replaced(good, 'recipe.json', '../ipe.json'), 'is no zip of a run, or damaged'],
  ['another file', async () => zipOf([recipe, ['run.exe', 'x']]), '"run.exe" is no file of a run'],
  [
    'a file of another folder',
    async () => zipOf([recipe, ['a/recipe.json', 'x']]),
    '"a/recipe.json" is no file of a run',
  ],
  [
    'a file twice',
    async () => replaced(await zipOf([recipe, ['recipf.json', '{}']]), 'recipf', 'recipe'),
    'is no zip of a run, or damaged',
  ],
  ['no run', async () => zipOf([['config.json', '{}']]), 'it has neither recipe.json nor events.jsonl'],
  ['a bomb', async () => zipOf([recipe, ['events.jsonl', ' '.repeat(3e6)]]), 'over 200 times its size'],
  [
    'too many files',
    async () => zipFile(Array.from({ length: 2001 }, (_, i) => empty(`a${i}`))).bytes,
    'more than 2000 files',
  ],
])('refuses a zip with %s', async (_, make, message) => {
  expect(await refusal(await make())).toContain(message);
});

it('refuses a name that is taken, or is none', async () => {
  const files = memoryFiles();
  await files.write('taken/recipe.json', new Uint8Array());
  await expect(importRun(files, 'taken', sourceOf(good))).rejects.toThrow('there is a run taken already');
  for (const name of ['', '..', '.hidden', 'a/b', 'a b'])
    await expect(importRun(files, name, sourceOf(good))).rejects.toThrow('is no name of a run');
});

it('imports the same run from a damaged zip, or names the fault and leaves nothing', async () => {
  const stream = random(Number(process.env.FUZZ_SEED ?? 0), 'zip');
  const whole = await readAll(original);
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const files = memoryFiles();
    const at = stream.integer(0, good.length - 1);
    const zip = i % 3 === 0 ? good.slice(0, at) : good.with(at, good[at]! ^ (1 << stream.integer(0, 7)));
    try {
      await importRun(files, 'run', sourceOf(zip));
      // dates and flags of a file may change; its content may not
      expect(await readAll(filesWithin(files, 'run')), `byte ${at}`).toEqual(whole);
    } catch (error) {
      refused++;
      expect(String(error)).toMatch(/run\.zip/);
      expect(files.contents.size).toBe(0);
    }
  }
  expect(refused).toBeGreaterThan(75);
});

it('imports a damaged run with the names of its faults', async () => {
  const damaged = original.survivors();
  damaged.contents.delete('recipe.json');
  const files = memoryFiles();
  expect(await importRun(files, 'run', sourceOf(await exported(damaged)))).toEqual([
    { file: 'recipe.json', what: 'is missing' },
  ]);
  expect((await RunFolder.open(filesWithin(files, 'run'))).journal.events).toBe(7);
});
