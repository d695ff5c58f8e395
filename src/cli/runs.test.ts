/** Runs that end early keep their weights: a full disk, a divergence, a signal, a closed output. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readModelFolder } from '../formats/model';
import { at, CPU, lab, labCommand, ROOT, smallestTraining } from './cli.fixture';
import { disk } from './disk.fixture';

vi.mock('node:fs', async (original) => (await import('./disk.fixture')).onDisk(await original()));

afterEach(() => {
  disk.refuses = () => false;
  vi.unstubAllEnvs();
});

const sampled = (folder: string) => lab('sample', '--model', folder, '--prompt', '110101=', '--max-new', '2', ...CPU);
const summaryOf = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, 'summary.json'), 'utf8')) as Record<string, unknown>;
const weightsOf = (folder: string) => fs.readFileSync(path.join(folder, 'model.safetensors'));

const model = at('model');
beforeAll(async () => {
  const ended = await lab(...smallestTraining(model));
  expect(ended.code, ended.error).toBe(0);
});

describe('a disk that fills while a run trains', () => {
  const isStep = (data: unknown) => typeof data === 'string' && data.startsWith('{"type":"sft"');

  it('ends the run after its current steps, with the weights', async () => {
    const out = at('filled');
    disk.refuses = (_, data) => isStep(data);
    const ended = await lab(...smallestTraining(out, 'sft.steps=20'));
    expect(ended.code).toBe(1);
    const { stopped } = summaryOf(out) as { stopped: { step: number } };
    expect(ended.error).toContain(`the disk is full; the weights, after SFT step ${stopped.step}, are in ${out}`);
    expect(ended.error).not.toMatch(/^\s+at /m);
    expect(stopped).toMatchObject({ reason: 'full disk', stage: 'sft' });
    expect(stopped.step).toBeLessThan(20);
    expect((await sampled(out)).code).toBe(0);
  });

  it('moves the weights to the temporary folder if there is no room', async () => {
    const [out, spare] = [at('filled-whole'), at('spare')];
    fs.mkdirSync(spare);
    vi.stubEnv('TMPDIR', spare);
    let full = false;
    let refused = 0;
    // the recording, then both attempts to write the folder
    disk.refuses = (_, data) => {
      full ||= isStep(data);
      return full && refused++ < 3;
    };
    const ended = await lab(...smallestTraining(out));
    expect(ended.code).toBe(1);
    const saved = path.join(spare, fs.readdirSync(spare)[0]!);
    expect(ended.error).toContain(`are in ${saved} (the disk is full)`);
    expect((await sampled(saved)).code).toBe(0);
  });
});

it('a run that diverges keeps the last finite weights', async () => {
  const out = at('diverged');
  const ended = await lab(
    ...smallestTraining(out, 'sft.learningRate=1', 'sft.weightDecay=10', 'sft.maxGradNorm=0', 'sft.steps=200'),
  );
  expect(ended.code, ended.error).toBe(3);
  expect(ended.error).toMatch(/^error: SFT step \d+: .*; the last finite weights, after SFT step \d+, are in /m);
  expect(ended.error).toMatch(/ is (the \w+( of)?|that of) (model\.|lm_head|the input of model\.)/);
  expect(ended.error).toContain('; use --set sft.learningRate=0.5 (now 1);');
  expect(ended.error).not.toMatch(/^\s+at /m);
  expect(summaryOf(out)).toMatchObject({ stopped: { reason: 'diverged', stage: 'sft' } });
  const { tensors } = await readModelFolder((name) => fs.readFileSync(path.join(out, name)));
  for (const [name, values] of tensors) expect(values.data.every(Number.isFinite), name).toBe(true);
});

describe('a process', () => {
  const started = (args: string[], stdout: 'ignore' | number = 'ignore') => {
    return spawn(...labCommand(args), { cwd: ROOT, stdio: ['ignore', stdout, 'pipe'] });
  };
  const endOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve));

  it.concurrent.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s in the middle of SFT leaves weights that sample loads', async (signal, code) => {
    const out = at(signal);
    const child = started(smallestTraining(out, 'sft.steps=100000'));
    let said = '';
    let sent = false;
    child.stderr!.on('data', (text) => {
      said += text;
      if (sent || !/SFT \d/.test(said)) return;
      sent = true;
      // Ctrl+C arrives twice: from the terminal and from npm
      child.kill(signal);
      setTimeout(() => child.kill(signal), 5);
    });
    expect(await endOf(child), said).toBe(code);
    const { stopped } = summaryOf(out) as { stopped: { step: number } };
    expect(said).toContain(`stopped by ${signal}; the weights, after SFT step ${stopped.step}, are in ${out}`);
    expect(stopped).toMatchObject({ reason: signal, stage: 'sft' });
    expect(stopped.step).toBeLessThan(100_000);
    expect((await sampled(out)).code).toBe(0);
  });

  it.concurrent('stopped before its first step saves the initial weights, or keeps those of an earlier run', async () => {
    const out = at('early');
    const stop = async () => {
      const child = started(smallestTraining(out, 'evaluation.base=true', 'evaluation.problems=8', 'reward.lMax=200'));
      let said = '';
      let sent = false;
      child.stderr!.on('data', (text) => {
        said += text;
        if (sent || !said.includes('needs about')) return;
        sent = true;
        child.kill('SIGINT');
      });
      expect(await endOf(child), said).toBe(130);
      return said;
    };
    expect(await stop()).toContain(`the weights, before the first step, are in ${out}`);
    expect(summaryOf(out)).toMatchObject({ stopped: { reason: 'SIGINT', step: 0 }, sft: { steps: 0 } });
    expect((await sampled(out)).code).toBe(0);
    const [files, weights] = [fs.readdirSync(out), weightsOf(out)];
    expect(await stop()).toContain(`before the first step; ${out} keeps the weights of the earlier run`);
    expect(fs.readdirSync(out)).toEqual(files);
    expect(weightsOf(out).equals(weights)).toBe(true);
  });

  it.concurrent('goes on if nobody reads its standard error', async () => {
    const child = started(smallestTraining(at('unread')));
    child.stderr!.once('data', () => child.stderr!.destroy());
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(weightsOf(at('unread')).equals(weightsOf(model))).toBe(true);
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
});
