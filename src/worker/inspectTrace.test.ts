/** Inspection of a trace through its worker, on a run that the terminal trained on the CPU, against `lab inspect`. */
import fs from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { at, CPU, lab, smallestTraining } from '../cli/cli.fixture';
import { NoGpuError } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { nodeFiles } from '../runs/nodeFiles';
import { TraceInspector } from './inspectTrace';
import { Traces } from './traces';

const SETS = ['grpo.steps=3', 'checkpoints.everySteps=1', 'checkpoints.everySeconds=0'];
const PLACE = { step: 3, group: 0, rollout: 1 };
const run = at('runs/parity');
beforeAll(async () => {
  const ended = await lab(...smallestTraining(run, ...SETS));
  expect(ended.code, ended.error).toBe(0);
});

/** Inspection by the page, which has no GPU here. @param folder within the folder of all runs */
async function inspect(folder: string, place = PLACE) {
  const files = nodeFiles(at('runs'));
  const inspector = new TraceInspector({
    openGpu: () => Promise.reject(new NoGpuError('unsupported', 'no WebGPU')),
    openCpu: () => openCpuDevice(),
  });
  const traces = new Traces(async () => ({ files }), inspector);
  await traces.open({ kind: 'stored', name: folder });
  return traces.inspect(place);
}

/** Copy of the run without or with other files. */
function copyWith(name: string, change: (checkpoints: string) => void): string {
  fs.cpSync(run, at(`runs/${name}`), { recursive: true });
  change(at(`runs/${name}/checkpoints`));
  return name;
}

it('equals `lab inspect`, and names the step of the weights that wrote the trace', async () => {
  const found = await inspect('parity');
  const place = ['--step', '3', '--group', '0', '--rollout', '1', '--checkpoint', 'grpo-2'];
  const ended = await lab('inspect', run, ...place, ...CPU);
  expect(ended.code, ended.error).toBe(0);
  expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(ended.out));
  expect(found.weights).toEqual({ checkpoint: 'grpo-2', stage: 'grpo', step: 2, reference: 'stored' });
  for (const { top, entropy } of found.tokens) {
    expect(top).toHaveLength(5);
    expect(entropy).toBeGreaterThan(0);
  }
  const shares = found.tokens.reduce((sum, { gradient_share }) => sum + gradient_share, 0);
  expect([0, 1]).toContain(Number(shares.toFixed(5))); // none where all rewards of the group are equal
});

it('takes the weights of SFT for the first step of GRPO', async () => {
  expect((await inspect('parity', { ...PLACE, step: 1 })).weights).toMatchObject({ stage: 'sft', step: 2 });
});

it.each([
  [
    'without',
    'this run has no checkpoint: its weights are lost',
    (folder: string) => fs.rmSync(folder, { recursive: true }),
  ],
  ['damaged', 'model.safetensors', (folder: string) => fs.truncateSync(`${folder}/grpo-2/model.safetensors`, 1000)],
])('says why, %s checkpoint', async (name, message, change) => {
  await expect(inspect(copyWith(name, change))).rejects.toThrow(message);
});

it('says why, of a trace that the run does not have', async () => {
  await expect(inspect('parity', { ...PLACE, rollout: 9 })).rejects.toThrow('has no rollout 9');
});
