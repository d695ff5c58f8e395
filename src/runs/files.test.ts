/** Files of runs in memory and on disk; e2e/runs.test.ts runs the same contract in a browser. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contracts } from './contract.fixture';
import { faultText, filesWithin } from './files';
import { memoryFiles } from './memoryFiles';
import { nodeFiles } from './nodeFiles';
import { privateFiles } from './privateFiles';
import { readAll, writeSmallRun } from './smallRun.fixture';
import { exportRun, importRun, zipOfFile } from './zip';

const places = {
  'a folder on disk': () => nodeFiles(mkdtempSync(path.join(os.tmpdir(), 'groupthink-files-'))),
  memory: () => memoryFiles(),
  'memory that moves files one by one': () => memoryFiles({ movesOneByOne: true }),
};

it.each([
  ['is damaged: its checksum differs', 'meta.json is damaged: its checksum differs'],
  ['has 3 bytes, where 9 belong: it is damaged', 'meta.json has 3 bytes, where 9 belong: it is damaged'],
  ['title: use a text', 'meta.json: title: use a text'],
])('a fault "%s" reads as a sentence', (what, text) => expect(faultText({ file: 'meta.json', what })).toBe(text));

it('imports a zip on disk', async () => {
  const files = places['a folder on disk']();
  await writeSmallRun(filesWithin(files, 'one'));
  await files.write('one.zip', exportRun(filesWithin(files, 'one')));
  expect(await importRun(files, 'two', await zipOfFile(files, 'one.zip'))).toEqual([]);
  expect(await readAll(filesWithin(files, 'two'))).toEqual(await readAll(filesWithin(files, 'one')));
  await expect(zipOfFile(files, 'two.zip')).rejects.toThrow('there is no file two.zip');
});

it('lists private files beside one that another tab removes meanwhile', async () => {
  const file = (getFile: () => Promise<unknown>) => ({ kind: 'file', getFile });
  const root = {
    async *entries() {
      yield ['gone.partial', file(() => Promise.reject(new DOMException('', 'NotFoundError')))];
      yield ['recipe.json', file(async () => ({ size: 7 }))];
    },
  } as unknown as FileSystemDirectoryHandle;
  expect(await privateFiles(root).list('')).toEqual([{ name: 'recipe.json', isFolder: false, bytes: 7 }]);
});

describe.each(Object.entries(places))('%s', (_, open) => {
  it.each(contracts)('$name', async ({ check }) => {
    await expect(check(open())).resolves.toBeUndefined();
  });
});
