/**
 * Runs that are killed at random moments continue to the events and weights of a run that was not. A few kills here;
 * `npm run kill-test -- --times 50` makes more, at other moments with `--seed`.
 */
import { afterAll, expect, it } from 'vitest';
import { PageKills } from './kill/page';
import { ProcessKills } from './kill/process';
import { KILLS, SEED } from './kill/recipe';

/** Trials of each kind, on the device that suits it. Those of a browser share it. */
const cpuProcess = new ProcessKills('cpu');
const gpuProcess = new ProcessKills('auto');
const pages = { cpu: null as PageKills | null, webgpu: null as PageKills | null };
const page = async (on: 'cpu' | 'webgpu') => {
  pages[on] ??= await PageKills.open(on === 'webgpu');
  return pages[on];
};

const kinds = [
  { name: 'a process on the CPU', trial: async (i: number) => cpuProcess.trial(i) },
  { name: 'a tab', trial: async (i: number) => (await page('cpu')).trial(i, 'tab') },
  { name: 'the GPU process', trial: async (i: number) => (await page('webgpu')).trial(i, 'GPU process') },
  { name: 'a worker', trial: async (i: number) => (await page('cpu')).trial(i, 'worker') },
  { name: 'a device', trial: async (i: number) => (await page('webgpu')).trial(i, 'device') },
  { name: 'a quota that is full', trial: async (i: number) => (await page('cpu')).trial(i, 'quota') },
  { name: 'a process on a GPU driver', trial: async (i: number) => gpuProcess.trial(i) },
] as const;

let killed = 0;
afterAll(async () => {
  for (const one of Object.values(pages)) await one?.close();
  process.stdout.write(`${killed} of ${KILLS} kills came before the end of their run (seed ${SEED})\n`);
});

it.for(
  Array.from({ length: KILLS }, (_, i) => ({
    i,
    title: `kill ${i + 1}: ${kinds[i % kinds.length]!.name}`,
    ...kinds[i % kinds.length]!,
  })),
)('$title', async ({ i, trial }) => {
  if (await trial(i)) killed++;
});

it('kills come while runs compute', () => expect(killed).toBeGreaterThan(KILLS / 3));
