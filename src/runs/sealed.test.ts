/** Files of a run whose sums fit, with content that no lab writes: faults are named, and nothing crashes. */
import { beforeAll, expect, it } from 'vitest';
import { newestGood } from './checkpoints';
import { faultText } from './files';
import { sumOf, writeManifest } from './manifest';
import { type MemoryFiles, memoryFiles } from './memoryFiles';
import { RunFolder } from './runFolder';
import { seal } from './seal';
import { writeSmallRun } from './smallRun.fixture';

const good = memoryFiles();
beforeAll(() => writeSmallRun(good));

const FOLDER = 'checkpoints/grpo-4';
const encode = (text: string) => new TextEncoder().encode(text);

/** Copy of the run with another state.json, whose sum fits. */
async function withState(text: string): Promise<MemoryFiles> {
  const files = good.survivors();
  const manifest = JSON.parse(new TextDecoder().decode(files.contents.get(`${FOLDER}/manifest.json`))).manifest;
  await files.write(`${FOLDER}/state.json`, encode(text));
  await writeManifest(files, FOLDER, {
    ...manifest,
    files: { ...manifest.files, 'state.json': await sumOf(encode(text)) },
  });
  return files;
}

it.each([
  ['{"stage":.5}', 'is not JSON: line 1, column 10: this is no JSON value'],
  ['null', 'top level: is null; use an object'],
  ['{"state":{"f32":"?"}}', 'state: "?" is no base64'],
  [`{"state":${'['.repeat(9999)}`, 'nested more than 64 levels deep'],
  ['{"stage":"grpo","step":2,"recipe":0,"state":0,"optimizerSteps":1}', 'belongs to grpo-2; use another checkpoint'],
  ['{"stage":"grpo","step":4,"recipe":0,"state":0,"optimizerSteps":-1}', 'optimizerSteps: is -1'],
])('skips a checkpoint with the state %s', async (text, message) => {
  const { info, faults } = await newestGood(await withState(text));
  expect(info?.name).toBe('grpo-2');
  expect(faults.map(faultText)).toEqual([expect.stringContaining(message)]);
  expect(faults[0]!.file).toBe(`${FOLDER}/state.json`);
});

it.each([
  [seal('manifest', '{"files":.5}'), 'is not JSON: line 1, column 10: this is no JSON value'],
  [seal('manifest', 'null'), 'top level: is null; use an object'],
  [seal('manifest', `"${'x'.repeat(2 ** 20)}"`), 'is damaged: it has 1.0 MiB'],
])('names the fault of a manifest', async (text, message) => {
  for (const path of ['manifest.json', `${FOLDER}/manifest.json`]) {
    const files = good.survivors();
    await files.write(path, encode(`${text}\n`));
    const { faults } = await RunFolder.open(files);
    expect(faults).toEqual([{ file: path, what: expect.stringContaining(message) }]);
  }
});
