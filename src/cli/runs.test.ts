/** Runs that end early, and go on: a full disk, a divergence, a signal, a kill, a closed output. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readCheckpoint } from '../runs/checkpoints';
import { nodeFiles } from '../runs/nodeFiles';
import { RunFolder } from '../runs/runFolder';
import { at, CPU, lab, labCommand, ROOT, smallestTraining, weightsOf } from './cli.fixture';
import { disk } from './disk.fixture';

vi.mock('../runs/nodeFiles', async (original) =>
  (await import('./disk.fixture')).runsOnDisk(await original<typeof import('../runs/nodeFiles')>()),
);

afterEach(() => {
  disk.isFull = () => false;
});

const STEPS = 12;
const SETS = [`sft.steps=${STEPS}`, 'checkpoints.everySteps=3', 'checkpoints.everySeconds=0'];
const summaryOf = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, 'summary.json'), 'utf8')) as Record<string, unknown>;

const model = at('model');
beforeAll(async () => {
  const ended = await lab(...smallestTraining(model, ...SETS));
  expect(ended.code, ended.error).toBe(0);
});

/** Weights and losses of a run equal those of the run that never stopped. */
async function expectSameRun(folder: string) {
  expect(weightsOf(folder, 'grpo-0').equals(weightsOf(model, 'grpo-0'))).toBe(true);
  const losses = async (run: string) => {
    const { journal, faults } = await RunFolder.open(nodeFiles(run));
    expect(faults).toEqual([]);
    const texts: string[] = [];
    for await (const { text } of journal.read()) if (text.includes('"type":"sft"')) texts.push(text);
    return texts.map((text) => text.replace(/"step_time":[^,}]+/, ''));
  };
  expect(await losses(folder)).toEqual(await losses(model));
}

it('a full disk pauses a run, which says what it needs and goes on once there is room', async () => {
  const out = at('a filled disk');
  let refused = 0;
  disk.isFull = (file) => file.includes('sft-9') && refused++ < 1;
  const ended = await lab(...smallestTraining(out, ...SETS));
  expect(ended.code, ended.error).toBe(0);
  expect(ended.error).toContain(
    `paused: ${out}/checkpoints/sft-9: the storage is full; free at least 1.0 MiB, then continue`,
  );
  expect(ended.error).toMatch(new RegExp(`^ {2}rm -r '${out}/checkpoints/sft-3' {2}# 0\\.0 MiB$`, 'm'));
  expect(ended.error).toContain('there is room again; the run goes on');
  await expectSameRun(out);
});

it('a full disk does not offer the checkpoint that a fork began with', async () => {
  const out = at('a filled fork');
  let refused = 0;
  disk.isFull = (file) => file.includes(`sft-${STEPS}`) && refused++ < 1;
  const ended = await lab('train', '--fork', `${model}@sft-3`, '--out', out, ...CPU);
  expect(ended.code, ended.error).toBe(0);
  expect(ended.error).toContain(`${out}/checkpoints/sft-6'`);
  expect(ended.error).not.toContain(`${out}/checkpoints/sft-3'`);
});

it('a run that diverges keeps its last good checkpoint and says how to go on', async () => {
  const out = at('diverged');
  const ended = await lab(
    ...smallestTraining(out, 'sft.learningRate=1', 'sft.weightDecay=10', 'sft.maxGradNorm=0', 'sft.steps=200'),
    ...['--set', 'checkpoints.everySteps=3'],
  );
  expect(ended.code, ended.error).toBe(3);
  const [, name] =
    /the last good checkpoint is (sft-\d+); go on from it with sft\.learningRate=0\.5 \(now 1\): /.exec(ended.error) ??
    [];
  expect(ended.error).toContain(`--fork ${out}@${name} --set sft.learningRate=0.5 --out ${out}-2`);
  expect(ended.error).toMatch(/ is (the \w+( of)?|that of) (model\.|lm_head|the input of model\.)/);
  expect(ended.error).not.toMatch(/^\s+at /m);
  expect(summaryOf(out)).toMatchObject({ stopped: { reason: 'diverged', stage: 'sft' } });
  const run = await RunFolder.open(nodeFiles(out));
  const [newest] = await run.checkpoints();
  for (const [tensor, { data }] of (await readCheckpoint(run.files, newest!)).model)
    expect(data.every(Number.isFinite), tensor).toBe(true);
});

const started = (args: string[], stdout: 'ignore' | number = 'ignore') =>
  spawn(...labCommand(args), { cwd: ROOT, stdio: ['ignore', stdout, 'pipe'] });
const endOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve));

/** Starts a training, and sends signals as soon as it prints a text. */
async function stopped(args: string[], text: RegExp, send: (child: ChildProcess) => void) {
  const child = started(args);
  let said = '';
  let sent = false;
  child.stderr!.on('data', (more) => {
    said += more;
    if (sent || !text.test(said)) return;
    sent = true;
    send(child);
  });
  return { code: await endOf(child), said };
}

it.concurrent.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle of SFT leaves a checkpoint of its step', async (signal, code) => {
  const out = at(signal);
  const ended = await stopped(smallestTraining(out, 'sft.steps=100000'), /SFT \d/, (child) => {
    // Ctrl+C arrives twice: from the terminal and from npm
    child.kill(signal);
    setTimeout(() => child.kill(signal), 5);
  });
  expect(ended.code, ended.said).toBe(code);
  const { stopped: place } = summaryOf(out) as { stopped: { step: number } };
  expect(ended.said).toContain(
    `stopped by ${signal}; ${out} has checkpoint sft-${place.step}; npm run lab -- train --resume ${out} continues`,
  );
  expect(place).toMatchObject({ reason: signal, stage: 'sft' });
  const sampled = await lab('sample', '--model', out, '--prompt', '110101=', '--max-new', '2', ...CPU);
  expect(sampled.code, sampled.error).toBe(0);
});

it.concurrent('a run stopped before its first step, killed, and continued twice gives the same numbers', async () => {
  const out = at('killed');
  const slow = ['evaluation.base=true', 'evaluation.problems=1'];
  const early = await stopped(smallestTraining(out, ...SETS, ...slow), /needs about/, (child) => child.kill('SIGINT'));
  expect(early.code, early.said).toBe(130);
  expect(early.said).toContain(`${out} has no checkpoint yet; npm run lab -- train --resume ${out} starts again`);
  expect(summaryOf(out)).toMatchObject({ stopped: { reason: 'SIGINT', step: 0 }, sft: { steps: 0 } });
  const killed = await stopped(['train', '--resume', out, ...CPU], /sft …/, (child) => child.kill('SIGKILL'));
  expect(killed.code).toBe(null);
  const rest = await lab('train', '--resume', out, ...CPU);
  expect(rest.code, rest.error).toBe(0);
  await expectSameRun(out);
});

it.concurrent('goes on if nobody reads its standard error', async () => {
  const child = started(smallestTraining(at('unread'), ...SETS));
  child.stderr!.once('data', () => child.stderr!.destroy());
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  expect(weightsOf(at('unread'), 'grpo-0').equals(weightsOf(model, 'grpo-0'))).toBe(true);
});

it.concurrent('reports a full standard output', async () => {
  const full = fs.openSync('/dev/full', 'w');
  const child = started(['data', '--task', 'parity', '-n', '1'], full);
  let said = '';
  child.stderr!.on('data', (text) => (said += text));
  expect(await endOf(child)).toBe(1);
  expect(said).toBe('error: standard output: the disk is full\n');
  fs.closeSync(full);
});
