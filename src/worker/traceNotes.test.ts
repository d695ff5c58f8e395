/** Notes and tags on single traces: stored in meta.json, read again by another page, refused where they do not fit. */
import { beforeEach, expect, it } from 'vitest';
import { filesWithin } from '../runs/files';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { writeSmallRun } from '../runs/smallRun.fixture';
import { Library } from './library';
import { Traces } from './traces';
import { owners } from './training.fixture';

const NOTE = { step: 2, group: 1, rollout: 3, tags: ['hack', 'interesting'], note: 'It says “two” twice.' };

let files: MemoryFiles;
beforeEach(async () => {
  files = memoryFiles();
  await writeSmallRun(filesWithin(files, 'small'));
});
/** Workers of a page that was just loaded. */
const library = () =>
  new Library({ place: async () => ({ files, ownership: owners() }), blobAt: async () => new Blob() });
async function notes() {
  const traces = new Traces(async () => ({ files }), { inspect: () => Promise.reject(new Error('no weights')) });
  await traces.open({ kind: 'stored', name: 'small' });
  return traces.notes();
}

it('are read again after a reload, in the order of the run, and go with their last word', async () => {
  expect(await notes()).toEqual([]);
  const earlier = { ...NOTE, step: 1, tags: [], note: 'first' };
  for (const trace of [NOTE, earlier]) await library().edit('small', { trace });
  expect(await notes()).toEqual([earlier, NOTE]);
  await library().edit('small', { trace: { ...NOTE, tags: ['fine'] } });
  await library().edit('small', { trace: { ...earlier, note: ' ' } });
  expect(await notes()).toEqual([{ ...NOTE, tags: ['fine'] }]);
});

it('that follow each other at once are all stored', async () => {
  const one = library();
  const trace = { ...NOTE, tags: [] };
  await Promise.all([one.edit('small', { trace }), one.edit('small', { trace: NOTE })]);
  expect(await notes()).toEqual([NOTE]);
});

it.each([
  [{ step: 0 }, 'meta.json: traces.0.step'],
  [{ tags: [''] }, 'meta.json: traces.0.tags.0'],
  [{ note: 'x'.repeat(10_001) }, 'meta.json: traces.0.note'],
])('are refused with their field: %j', async (change, message) => {
  await expect(library().edit('small', { trace: { ...NOTE, ...change } })).rejects.toThrow(message);
  expect(await notes()).toEqual([]);
});

it('name the damaged field, or that another program changed the file', async () => {
  await library().edit('small', { trace: NOTE });
  const inside = filesWithin(files, 'small');
  const meta = JSON.parse(new TextDecoder().decode((await inside.read('meta.json'))!));
  meta.traces[0].rollout = -1;
  const write = () => inside.write('meta.json', new TextEncoder().encode(JSON.stringify(meta)));
  await write();
  await expect(notes()).rejects.toThrow('meta.json: traces.0.rollout: is -1; use 0 or more');
  await expect(library().edit('small', { trace: NOTE })).rejects.toThrow('meta.json: traces.0.rollout: is -1');
  meta.traces[0].rollout = 5;
  await write();
  await expect(notes()).rejects.toThrow(/meta.json has \d+ bytes, where \d+ belong: it is damaged/);
});
