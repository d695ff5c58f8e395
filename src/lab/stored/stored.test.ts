/** Runs that are stored, die at any byte, meet a full disk, continue, end and fork. */
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../random';
import { type MemoryFiles, memoryFiles } from '../../runs/memoryFiles';
import { RunFolder } from '../../runs/runFolder';
import { withFields } from '../recipe/recipe';
import { SMALLEST } from '../run/continued.fixture';
import { forkCheckpoint } from '../run/fork';
import { continueStored } from './continuation';
import { checkpointOf, createFork, createStored } from './forked';
import { expectSameResult, record, recordNew, recordRest, resultOf } from './stored.fixture';

const RECIPE = withFields(SMALLEST, { 'checkpoints.everySteps': 2, 'checkpoints.everySeconds': 0 });

const whole = memoryFiles();
let expected: Awaited<ReturnType<typeof resultOf>>;
beforeAll(async () => {
  await recordNew(whole, RECIPE);
  expected = await resultOf(whole);
});

it('a run is a folder of files, with its accuracies and a summary', async () => {
  const { meta, summary, recipe } = await RunFolder.open(whole);
  expect(meta).toMatchObject({ adapter: 'cpu', parent: null });
  expect(recipe).toEqual(RECIPE);
  expect(summary).toMatchObject({ grpo: { steps: 3 } });
  const labels = (await (await RunFolder.open(whole)).checkpoints()).map(({ name, accuracy }) => [name, accuracy]);
  const accuracy = expect.any(Number);
  expect(labels).toEqual([
    ['grpo-3', accuracy],
    ['grpo-2', null],
    ['grpo-0', accuracy],
    ['sft-4', accuracy],
    ['sft-2', null],
  ]);
});

/** Shares of a run's bytes: the same ones in every test run. */
const shares = (count: number, seed: number): number[] => {
  const { next } = random(seed, 'stored');
  return Array.from({ length: count }, next);
};

describe('a run that dies', () => {
  it.for(shares(8, 1))('after %f of its bytes continues to the same events and weights', async (share) => {
    const files = memoryFiles({ crashAfter: Math.floor(share * whole.spent) });
    await expect(recordNew(files, RECIPE)).rejects.toThrow('the process');
    const survivors = files.survivors();
    if (!(await RunFolder.open(survivors)).recipe) return; // died before its first file: there is no run yet
    await recordRest(survivors);
    await expectSameResult(survivors, expected);
  });

  it('again and again continues each time', async () => {
    let files = memoryFiles({ crashAfter: whole.spent / 2 });
    await expect(recordNew(files, RECIPE)).rejects.toThrow();
    for (let i = 0; i < 3; i++) {
      files = memoryFiles({ crashAfter: whole.spent / 8 }, files.survivors().contents);
      await recordRest(files).catch(() => {});
    }
    files = files.survivors();
    await recordRest(files);
    await expectSameResult(files, expected);
  });
});

describe('a full disk', () => {
  it.for(shares(4, 2))('after %f of the bytes pauses the run, which goes on once there is room', async (share) => {
    const files = memoryFiles({ fullAfter: Math.max(Math.floor(share * whole.spent), 20_000) });
    const messages: string[] = [];
    await recordNew(files, RECIPE, {
      onFull: async ({ message }) => {
        messages.push(message);
        files.faults.fullAfter = files.spent + whole.spent / 4;
      },
    });
    expect(messages[0]).toMatch(/: the storage is full; free (at least \d|some space)/);
    await expectSameResult(files, expected);
  });

  it('ends the run where the caller gives up, and nothing is damaged', async () => {
    const files = memoryFiles({ fullAfter: whole.spent / 2 });
    await expect(recordNew(files, RECIPE)).rejects.toThrow('the storage is full');
    delete files.faults.fullAfter;
    await recordRest(files);
    await expectSameResult(files, expected);
  });
});

describe('a stopped run', () => {
  it('has a checkpoint of its last step and says where it stopped', async () => {
    const files = memoryFiles();
    const controller = new AbortController();
    const folder = await createStored(files, RECIPE, { adapter: 'cpu' });
    const run = await record(folder, RECIPE, null, {
      stop: controller.signal,
      onSaved: ({ name }) => {
        if (name === 'grpo-0') controller.abort();
      },
    });
    await run.stopped({ reason: 'SIGINT' });
    expect((await RunFolder.open(files)).summary).toMatchObject({ stopped: { reason: 'SIGINT' }, sft: { steps: 4 } });
    await recordRest(files);
    await expectSameResult(files, expected);
  });

  it('refuses to continue after its end, or as a run of an earlier version', async () => {
    await expect(continueStored(whole)).rejects.toThrow('this run has ended; fork one of its checkpoints');
    const old = memoryFiles();
    await old.write('recipe.json', new TextEncoder().encode(JSON.stringify(RECIPE)));
    await old.write('events.jsonl', new TextEncoder().encode('{"type":"stage","stage":"sft"}\n'));
    await expect(continueStored(old)).rejects.toThrow('an earlier version wrote this run');
  });

  it('continues from an older checkpoint where the newest is damaged, and names the file', async () => {
    const files = whole.survivors();
    await files.remove('summary.json');
    const damaged = 'checkpoints/grpo-3/model.safetensors';
    files.contents.get(damaged)![200]! ^= 1;
    const { folder, recipe, from, faults } = await continueStored(files);
    expect(from!.info.name).toBe('grpo-2');
    expect(faults.map(({ file }) => file)).toEqual(['summary.json', damaged]);
    await record(folder, recipe, from);
    await expectSameResult(files, expected);
  });
});

describe('a fork', () => {
  it('begins at a checkpoint of another run, and continues after a crash', async () => {
    const { checkpoint, info } = await checkpointOf(whole, 'grpo-2');
    const { checkpoint: start } = forkCheckpoint(checkpoint, withFields(RECIPE, { 'grpo.beta': 0.5 }));
    const fork = async (files: MemoryFiles, options = {}) => {
      const { folder, from } = await createFork(files, start, { run: 'whole', ...info }, { adapter: 'cpu' });
      await record(folder, start.recipe, from, options);
    };
    const files = memoryFiles();
    await fork(files);
    const { meta, journal } = await RunFolder.open(files);
    expect(meta!.parent).toEqual({ run: 'whole', stage: 'grpo', step: 2 });
    expect((await journal.event(1)).text).toContain('"fields":["grpo.beta"]');
    const dying = memoryFiles({ crashAfter: files.spent - 40_000 });
    await expect(fork(dying)).rejects.toThrow();
    const survivors = dying.survivors();
    await recordRest(survivors);
    await expectSameResult(survivors, await resultOf(files));
  });

  it('takes the newest good checkpoint where it names none, and names the damaged ones', async () => {
    const files = whole.survivors();
    files.contents.get('checkpoints/grpo-3/model.safetensors')![200]! ^= 1;
    const { info, faults } = await checkpointOf(files, null);
    expect([info.name, faults.map(({ file }) => file)]).toEqual(['grpo-2', ['checkpoints/grpo-3/model.safetensors']]);
    await expect(checkpointOf(files, 'grpo-3')).rejects.toThrow('model.safetensors is damaged');
    for (const { name } of await files.list('checkpoints'))
      files.contents.get(`checkpoints/${name}/state.json`)![9]! ^= 1;
    await expect(checkpointOf(files, null)).rejects.toThrow(
      /^memory: there is no good checkpoint; checkpoints\/grpo-3/,
    );
  });

  it('names the checkpoints of a run that has no such one', async () => {
    await expect(checkpointOf(whole, 'grpo-9')).rejects.toThrow(
      'there is no checkpoint "grpo-9"; it has grpo-3, grpo-2, grpo-0, sft-4, sft-2',
    );
    await expect(checkpointOf(memoryFiles(), null)).rejects.toThrow(/^memory: there is no checkpoint$/);
  });
});
