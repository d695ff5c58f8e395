/** Behaviour that every implementation of Files has: run by the tests in Node and by a page in a browser. */

import { newestGood } from './checkpoints';
import type { Files } from './files';
import { filesWithin } from './files';
import { numbersToText } from './numbers';
import { RunFolder } from './runFolder';
import { checkpointAt, contentText, continueSmallRun, EVENTS, readAll, writeSmallRun } from './smallRun.fixture';
import { exportRun, importRun, zipOfBlob } from './zip';

export interface Contract {
  readonly name: string;
  /** @param files an empty folder @throws if the behaviour differs */
  check(files: Files): Promise<void>;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes);

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, but ${b} is right`);
}

async function* parts(): AsyncGenerator<Uint8Array> {
  yield bytesOf('one, ');
  yield bytesOf('two');
}

async function blobOf(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
}

export const contracts: readonly Contract[] = [
  {
    name: 'reads what it wrote, and nothing where there is none',
    async check(files) {
      same(await files.read('a/b.txt'), null, 'a missing file');
      same(await files.size('a/b.txt'), null, 'size of a missing file');
      same(await files.readRange('a/b.txt', 0, 4), null, 'range of a missing file');
      same(await files.list('a'), [], 'a missing folder');
      await files.remove('a');
      await files.write('a/b.txt', bytesOf('first'));
      await files.write('a/b.txt', bytesOf('second, longer'));
      await files.write('a/parts.txt', parts());
      same(textOf(await files.read('a/b.txt')), 'second, longer', 'a file written twice');
      same(textOf(await files.read('a/parts.txt')), 'one, two', 'a file in parts');
      same(textOf(await files.readRange('a/b.txt', 8, 99)), 'longer', 'a range');
      same(await files.size('a/b.txt'), 14, 'a size');
      await files.write('a/empty.txt', new Uint8Array());
      same(await files.size('a/empty.txt'), 0, 'size of an empty file');
    },
  },
  {
    name: 'appends, repeats and cuts off',
    async check(files) {
      await files.append('log/a.txt', 0, bytesOf('one\n'));
      await files.append('log/a.txt', 4, bytesOf('twenty\n'));
      await files.append('log/a.txt', 4, bytesOf('two\n'));
      same(textOf(await files.read('log/a.txt')), 'one\ntwo\n', 'a repeated append');
      await files.append('log/a.txt', 4, new Uint8Array());
      same(textOf(await files.read('log/a.txt')), 'one\n', 'a cut');
    },
  },
  {
    name: 'lists, renames and removes folders',
    async check(files) {
      for (const path of ['x/.tmp-1/manifest.json', 'x/.tmp-1/b.bin', 'x/.tmp-1/deep/c.bin', 'x/file'])
        await files.write(path, bytesOf(path));
      await files.renameFolder('x/.tmp-1', 'x/1');
      same(
        await files.list('x'),
        [
          { name: '1', isFolder: true, bytes: 0 },
          { name: 'file', isFolder: false, bytes: 6 },
        ],
        'a list after a rename',
      );
      same(textOf(await files.read('x/1/deep/c.bin')), 'x/.tmp-1/deep/c.bin', 'a renamed file');
      await files.remove('x/1');
      await files.remove('x/file');
      same(await files.list('x'), [], 'a list after removals');
    },
  },
  {
    name: 'refuses a path that leaves the folder',
    async check(files) {
      for (const path of ['../a', '/a', 'a/../../b', 'a\\b']) {
        const message = await files.read(path).then(String, String);
        if (!message.includes('is no path inside the folder')) throw new Error(`${path}: ${message}`);
      }
    },
  },
  {
    name: 'keeps a run to the bit',
    async check(files) {
      await writeSmallRun(files);
      const { events, newest, faults } = await readAll(files);
      same(faults, [], 'faults');
      same(
        events,
        EVENTS.map(([value]) => numbersToText(value)),
        'events',
      );
      same(newest, { name: 'grpo-4', content: contentText(checkpointAt('grpo', 4)) }, 'the newest checkpoint');
    },
  },
  {
    name: 'rewinds a run to a checkpoint and continues it',
    async check(files) {
      await writeSmallRun(files);
      const before = await readAll(files);
      const run = await RunFolder.open(files);
      const info = (await run.checkpoints()).find(({ name }) => name === 'grpo-2')!;
      await run.rewind(info);
      same((await readAll(files)).faults, [], 'faults after a rewind');
      same((await newestGood(files)).info?.name, 'grpo-2', 'the newest checkpoint after a rewind');
      await run.save(checkpointAt('grpo', 2), { isStageEnd: false, accuracy: null }); // replaces it
      await continueSmallRun(run);
      same(await readAll(files), before, 'the continued run');
    },
  },
  {
    name: 'exports a run as a zip and imports it again',
    async check(files) {
      await writeSmallRun(filesWithin(files, 'one'));
      const zip = await blobOf(exportRun(filesWithin(files, 'one')));
      same(await importRun(files, 'two', zipOfBlob(zip, 'one.zip')), [], 'faults of the import');
      same(await readAll(filesWithin(files, 'two')), await readAll(filesWithin(files, 'one')), 'the imported run');
    },
  },
];
