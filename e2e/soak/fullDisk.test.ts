/**
 * A disk that fills up while a run trains: ten random moments on a small tmpfs, which needs Linux and root. Nothing is damaged, and
 * the run goes on once there is room. Part of `npm run soak`.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSameResult, resultOf } from '../../src/lab/stored/stored.fixture';
import { nodeFiles } from '../../src/runs/nodeFiles';
import { RunFolder } from '../../src/runs/runFolder';
import { after, finish, recipe, startTraining } from '../kill/process';
import { momentOf } from '../kill/recipe';

const disk = mkdtempSync(path.join(os.tmpdir(), 'groupthink-disk-'));
const filler = path.join(disk, 'filler');

/** Takes all the room that is left. */
function fill(): void {
  const file = openSync(filler, 'w');
  for (let size = 1 << 20; size >= 1; size >>= 1)
    for (;;)
      try {
        if (writeSync(file, new Uint8Array(size)) < size) break;
      } catch {
        break;
      }
  closeSync(file);
}

const args = (out: string) => ['--recipe', recipe, '--out', out, '--adapter', 'cpu'];
let whole: { readonly result: Awaited<ReturnType<typeof resultOf>>; readonly took: number };
beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
  const out = path.join(disk, 'whole');
  const { took } = await finish(out, args(out));
  whole = { result: await resultOf(nodeFiles(out)), took };
});
afterAll(() => {
  execFileSync('umount', [disk]);
});

let paused = 0;
it.for(Array.from({ length: 10 }, (_, i) => i))('moment %i', async (trial) => {
  const out = path.join(disk, `run-${trial}`);
  const { opened, ended, error } = startTraining(out, args(out));
  await opened;
  await after(momentOf(trial).share * whole.took);
  fill();
  const done = await Promise.race([ended, after(3000).then(() => 'waits')]);
  if (done === 'waits') {
    paused++;
    expect(error()).toMatch(/storage is full/);
    expect((await RunFolder.open(nodeFiles(out))).faults).toEqual([]);
  }
  rmSync(filler);
  expect(await ended, error()).toBe(0);
  await expectSameResult(nodeFiles(out), whole.result);
  rmSync(out, { recursive: true });
});

it('met runs that were computing', () => expect(paused).toBeGreaterThan(2));
