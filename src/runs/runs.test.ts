/** Retention, the list of runs, and owners. */
import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { filesWithin } from './files';
import { listRuns } from './list';
import { memoryFiles } from './memoryFiles';
import { newMeta } from './meta';
import { nodeOwnership } from './nodeLock';
import type { Ownership } from './owner';
import { checkpointsToRemove } from './retention';
import { RunFolder } from './runFolder';
import { checkpointAt, META, RECIPE, writeSmallRun } from './smallRun.fixture';

describe('retention', () => {
  const at = (step: number, isStageEnd = false, accuracy: number | null = null) => ({
    ...{ name: `grpo-${step}`, events: step, isStageEnd, accuracy },
  });
  const kept = (list: readonly ReturnType<typeof at>[], others: number, pinned: string[] = []) => {
    const removed = checkpointsToRemove(list, { pinned, others });
    return list.filter((one) => !removed.includes(one)).map(({ events }) => events);
  };

  it('keeps stage ends, the best, the last two and the pinned ones', () => {
    const list = Array.from({ length: 20 }, (_, i) => at(i + 1, i === 4, i === 8 ? 0.9 : i === 12 ? 0.5 : null));
    expect(kept(list, 0, ['grpo-3'])).toEqual([3, 5, 9, 19, 20]);
  });

  it('spreads the others over the steps, also when they come one by one', () => {
    let list: ReturnType<typeof at>[] = [];
    for (let step = 1; step <= 100; step++) {
      list.push(at(step));
      const removed = checkpointsToRemove(list, { pinned: [], others: 8 });
      list = list.filter((one) => !removed.includes(one));
    }
    const steps = list.map(({ events }) => events);
    expect(steps).toHaveLength(10);
    const gaps = steps.map((step, i) => step - (steps[i - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(40);
  });

  it('thins while a run saves, and removes the folders', async () => {
    const files = memoryFiles();
    const run = await RunFolder.create(files, RECIPE, { ...META, pinned: ['grpo-1'] });
    for (let step = 0; step < 30; step++) {
      run.journal.append('{"type":"grpo"}');
      await run.save(checkpointAt('grpo', step), { isStageEnd: false, accuracy: null });
    }
    const names = (await run.checkpoints()).map(({ name }) => name);
    expect(names).toHaveLength(11);
    expect(names).toEqual(expect.arrayContaining(['grpo-1', 'grpo-28', 'grpo-29']));
    await run.label((await run.checkpoints()).find(({ name }) => name === 'grpo-28')!, { accuracy: 0.5 });
    expect((await run.checkpoints())[1]).toMatchObject({ name: 'grpo-28', accuracy: 0.5 });
    expect((await files.list('checkpoints')).map(({ name }) => name).sort()).toEqual([...names].sort());
  });
});

it('takes a title and a pin while the run is written', async () => {
  const files = memoryFiles();
  const run = await writeSmallRun(files);
  const title = run.editMeta((meta) => ({ ...meta, title: 'New' }));
  await Promise.all([run.close(), title, run.editMeta((meta) => ({ ...meta, pinned: ['grpo-2'] })), run.close()]);
  const opened = await RunFolder.open(files);
  expect(opened).toMatchObject({ faults: [], meta: { title: 'New', pinned: ['grpo-2'] } });
});

it('opens a run of an earlier version, and takes a title for it', async () => {
  const files = memoryFiles();
  const write = (file: string, text: string) => files.write(file, new TextEncoder().encode(text));
  await write('recipe.json', '{"name":"old"}');
  await write('summary.json', '{"grpo":{"steps":1}}');
  await write('events.jsonl', '{"type":"start"}\n{"type":"grpo","step":1,"logprobs":[-0.125]}\n');
  await write('model.safetensors', '');
  const run = await RunFolder.open(files);
  expect(run).toMatchObject({ recipe: { name: 'old' }, summary: { grpo: { steps: 1 } }, meta: null, faults: [] });
  await run.setMeta({ ...META, title: 'An old one' });
  const again = await RunFolder.open(files);
  expect(again).toMatchObject({ recipe: { name: 'old' }, meta: { title: 'An old one' }, faults: [] });
  expect(again.journal.events).toBe(2);
  await expect(again.rewind(null)).rejects.toThrow('an earlier version wrote this run; fork it to train on');
  expect((await RunFolder.open(files)).journal.events).toBe(2);
  expect(await files.size('summary.json')).not.toBeNull();
});

it('lists runs by their state, without reading journals whole', async () => {
  const files = memoryFiles();
  await writeSmallRun(filesWithin(files, 'done'));
  const stopped = await RunFolder.create(
    filesWithin(files, 'stopped'),
    RECIPE,
    newMeta({ labVersion: '1', adapter: 'none', created: '2027-01-01T00:00:00.000Z' }),
  );
  stopped.journal.append('{"type":"grpo","step":3,"metrics":{"reward":0.5,"accuracy":0.25}}');
  await stopped.close();
  await files.write('old/events.jsonl', new TextEncoder().encode('{"type":"sft","step":9,"loss":1}\n'));
  await files.write('ctrl-c/summary.json', new TextEncoder().encode('{"stopped":{"reason":"SIGINT"}}'));
  await files.write('ctrl-c/events.jsonl', new TextEncoder().encode('{"type":"sft","step":7,"loss":1}\n'));
  await writeSmallRun(filesWithin(files, 'bad'));
  await files.write('bad/meta.json', new TextEncoder().encode('{'));
  await files.write('other/notes.txt', new Uint8Array(3));
  const holder = { who: 'another tab', seen: null };
  const held = await listRuns(files, async (name) => (name === 'stopped' ? holder : null));
  const rows = held.map(({ name, state, step, heldOut, accuracy, reward }) => [
    ...[name, state, step, heldOut, accuracy, reward],
  ]);
  expect(rows).toEqual([
    ['stopped', 'running', 3, null, 0.25, 0.5],
    ['done', 'finished', 4, 0.75, null, 0.5],
    ['bad', 'damaged', 4, 0.75, null, 0.5],
    ['ctrl-c', 'stopped', 7, null, null, null],
    ['old', 'stopped', 9, null, null, null],
  ]);
  expect(held[1]).toMatchObject({ stage: 'grpo', meta: { title: 'Small' }, fault: null });
  expect(held[2]!.fault?.file).toBe('meta.json');
  expect(held[1]!.bytes).toBeGreaterThan(2000);
});

it('lists a run that stopped after SFT at its last step of SFT', async () => {
  const files = memoryFiles();
  const run = await RunFolder.create(filesWithin(files, 'run'), RECIPE, META);
  run.journal.append('{"type":"sft","step":30,"loss":1}');
  await run.save(checkpointAt('sft', 30), { isStageEnd: true, accuracy: null });
  run.journal.append('{"type":"stage","stage":"evaluate"}');
  await run.finish({ stopped: { reason: 'SIGINT' }, sft: { steps: 30 }, grpo: { steps: 0, curve: [] } });
  expect(await listRuns(files)).toMatchObject([{ state: 'stopped', stage: 'sft', step: 30 }]);
});

describe('a lock file', () => {
  const open = (): { runs: Ownership; lock: string } => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'groupthink-lock-'));
    mkdirSync(path.join(folder, 'run'));
    return { runs: nodeOwnership(folder), lock: path.join(folder, 'run', 'run.lock') };
  };

  it('names the process and its machine to others, and is free after its release', async () => {
    const { runs, lock } = open();
    const { owner } = await runs.claim('run');
    expect(readFileSync(lock, 'utf8')).toBe(`${process.pid}\n${os.hostname()}\n`);
    await owner!.release();
    expect(await runs.holderOf('run')).toBeNull();
    writeFileSync(lock, `${process.ppid}\n${os.hostname()}\n`);
    expect(await runs.claim('run')).toMatchObject({ owner: null, holder: { who: `process ${process.ppid}` } });
  });

  it('that another process took over is noticed', async () => {
    vi.useFakeTimers();
    try {
      const { runs, lock } = open();
      const { owner } = await runs.claim('run');
      vi.advanceTimersByTime(10_000);
      expect(owner!.lost.aborted).toBe(false);
      writeFileSync(lock, '17\nelsewhere\n');
      vi.advanceTimersByTime(10_000);
      expect(owner!.lost.aborted).toBe(true);
      await owner!.release();
      expect(readFileSync(lock, 'utf8')).toBe('17\nelsewhere\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it('of another machine counts for ten minutes after its last sign of life', async () => {
    const { runs, lock } = open();
    writeFileSync(lock, '17\nelsewhere\n');
    expect(await runs.claim('run')).toMatchObject({ owner: null, holder: { who: 'process 17 on elsewhere' } });
    const past = new Date(Date.now() - 700_000);
    utimesSync(lock, past, past);
    const { owner } = await runs.claim('run');
    expect(owner).not.toBeNull();
    await owner!.release();
  });
});
