/** Stored runs in the terminal: resume, fork, list, diff, zip and check, and models named by a run. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as cpu from '../gpu/cpu';
import * as nodeDevice from '../gpu/node';
import { at, CPU, lab, lines, smallestTraining, weightsOf, write } from './cli.fixture';

vi.mock('../gpu/cpu', { spy: true });
vi.mock('../gpu/node', { spy: true });

const SETS = ['sft.steps=4', 'grpo.steps=2', 'checkpoints.everySteps=2', 'checkpoints.everySeconds=0'];
const [runs, first, fork] = [at('runs'), at('runs/first'), at('runs/fork')];
/** The parent process, which outlives this one. */
const another = String(process.ppid);
const metaOf = (run: string) => JSON.parse(fs.readFileSync(path.join(run, 'meta.json'), 'utf8')) as unknown;

beforeAll(async () => {
  const ended = await lab(...smallestTraining(first, ...SETS));
  expect(ended.code, ended.error).toBe(0);
});

/** Copy of the run without its end: as if it was killed after its last checkpoint. */
function stoppedCopy(name: string): string {
  const copy = at(name);
  fs.cpSync(first, copy, { recursive: true });
  fs.rmSync(path.join(copy, 'summary.json'));
  return copy;
}

/** Flips a byte of a file. */
function damage(file: string): void {
  const bytes = fs.readFileSync(file);
  bytes[bytes.length - 9]! ^= 1;
  fs.writeFileSync(file, bytes);
}

describe('train --resume', () => {
  it('names damaged files, continues from the newest good checkpoint, and gives the same weights', async () => {
    const run = stoppedCopy('damaged');
    damage(path.join(run, 'checkpoints/grpo-2/model.safetensors'));
    fs.rmSync(path.join(run, 'meta.json'));
    const ended = await lab('train', '--resume', run, ...CPU);
    expect(ended.code, ended.error).toBe(0);
    expect(ended.error).toContain(`damaged: ${run}/checkpoints/grpo-2/model.safetensors: `);
    expect(ended.error).toMatch(/^continues from checkpoint grpo-0; \d+ events after it are computed again$/m);
    expect(weightsOf(run, 'grpo-2').equals(weightsOf(first, 'grpo-2'))).toBe(true);
    expect(metaOf(run)).toMatchObject({ title: 'Parity of 8 bits, quick', adapter: 'CPU reference' });
    expect(await lab('runs', 'verify', run)).toMatchObject({ code: 0, out: expect.stringContaining('no damage in') });
  });

  it('opens a lost device again and goes on from the last checkpoint', async () => {
    const out = at('lost');
    vi.mocked(nodeDevice.openNodeDevice).mockImplementation(async (onLost) => {
      const device = cpu.openCpuDevice();
      let left = vi.mocked(nodeDevice.openNodeDevice).mock.calls.length === 1 ? 12 : Infinity;
      const read: typeof device.read = (...given) => {
        if (left-- > 0) return device.read(...given);
        setTimeout(() => onLost!('the GPU device was lost: driver reset'));
        return Promise.reject(new Error('reading back failed'));
      };
      return { ...device, read };
    });
    const ended = await lab(...smallestTraining(out, ...SETS).filter((word) => !CPU.includes(word)));
    vi.mocked(nodeDevice.openNodeDevice).mockReset();
    expect(ended.code, ended.error).toBe(0);
    expect(ended.error).toContain('the GPU device was lost: driver reset; it is opened again, attempt 1 of 3');
    expect(ended.error).toMatch(/^continues from checkpoint (sft|grpo)-\d/m);
    expect(weightsOf(out, 'grpo-2').equals(weightsOf(first, 'grpo-2'))).toBe(true);
  });

  it('ends, and writes no more, if another process takes the run over', async () => {
    const out = at('taken');
    const lock = path.join(out, 'run.lock');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    vi.mocked(cpu.openCpuDevice).mockImplementationOnce((...given) => {
      const device = cpu.openCpuDevice(...given);
      const compile: typeof device.compile = async (...dispatches) => {
        fs.writeFileSync(lock, `${another}\n${os.hostname()}\n`);
        vi.advanceTimersByTime(10_000); // the next heartbeat
        await device.compile(...dispatches);
      };
      return { ...device, compile };
    });
    const ended = await lab(...smallestTraining(out, ...SETS));
    vi.useRealTimers();
    expect(ended.code, ended.error).toBe(1);
    expect(ended.error).toContain(
      `error: ${out}: another process has taken this run over; this process writes no more. npm run lab -- runs ${out} shows who has it`,
    );
    expect(fs.existsSync(path.join(out, 'summary.json'))).toBe(false);
    expect(fs.readFileSync(lock, 'utf8')).toContain(another);
  });

  it.each<[string, () => string[], string]>([
    ['a run that has ended', () => [first], `this run has ended; fork one of its checkpoints to train on: npm run lab`],
    ['other options', () => [first, '--set', 'seed=1', '--out', at('x')], 'leave out --out and --set'],
    ['a folder of something else', () => [at('')], 'holds no run; give the folder of a run'],
    ['nothing', () => [at('none')], `--resume: there is no folder ${at('none')}`],
    ['a run of an earlier version', () => [earlier()], 'an earlier version wrote this run, without checkpoints'],
    ['a run that another process holds', () => [held()], `--resume: another run (process ${another}) writes into`],
  ])('refuses %s', async (_, args, message) => {
    const ended = await lab('train', '--resume', ...args());
    expect(ended).toMatchObject({ code: 2, error: expect.stringContaining(message) });
  });

  const held = () => {
    const run = stoppedCopy('held');
    fs.writeFileSync(path.join(run, 'run.lock'), another);
    return run;
  };
});

/** Folder of an earlier version: bare events, and the model beside them. */
function earlier(): string {
  const folder = at('earlier');
  if (fs.existsSync(folder)) return folder;
  fs.cpSync(path.join(first, 'checkpoints/grpo-2'), folder, { recursive: true });
  for (const name of ['manifest.json', 'state.json']) fs.rmSync(path.join(folder, name));
  fs.cpSync(path.join(first, 'recipe.json'), path.join(folder, 'recipe.json'));
  write('earlier/events.jsonl', '{"type":"stage","stage":"sft"}\n');
  return folder;
}

describe('train --fork', () => {
  it('begins at a checkpoint with the changed fields, and notes its parent', async () => {
    const set = ['--set', 'grpo.beta=0.5', '--set', 'grpo.steps=3'];
    const ended = await lab('train', '--fork', `${first}@grpo-0`, ...set, '--out', fork, ...CPU);
    expect(ended.code, ended.error).toBe(0);
    expect(ended.error).toContain(`forks ${first}@grpo-0; state of the optimizer: none\n`);
    expect(ended.error).toContain('  grpo.steps: 2 → 3\n  grpo.beta: 0.001 → 0.5\n');
    expect(metaOf(fork)).toMatchObject({ parent: { run: first, stage: 'grpo', step: 0 } });
  });

  it('without the name of a checkpoint begins at the newest good one, and names the damaged one', async () => {
    const copy = stoppedCopy('damaged-newest');
    damage(path.join(copy, 'checkpoints/grpo-2/model.safetensors'));
    const ended = await lab('train', '--fork', copy, '--out', at('of-older'), ...CPU);
    expect(ended.code, ended.error).toBe(0);
    expect(ended.error).toContain('checkpoints/grpo-2/model.safetensors is damaged');
    expect(ended.error).toContain(`grpo-0 is used\nforks ${copy}@grpo-0`);
  });

  it.each([
    ['a field of the weights', ['--set', 'model.width=16'], 'fork of grpo-2: model.width: belongs to the weights'],
    [
      'a checkpoint that is not there',
      ['@sft-3'],
      'there is no checkpoint "sft-3"; it has grpo-2, grpo-0, sft-4, sft-2',
    ],
    ['a recipe', ['--recipe', 'parity-12'], 'leave out --recipe'],
    ['no place for the new run', [], '--out is missing'],
  ])('refuses %s', async (what, args, message) => {
    const [name] = args[0]?.startsWith('@') ? args : [''];
    const out = what.startsWith('no place') ? [] : ['--out', at('no-fork')];
    const ended = await lab('train', '--fork', first + name, ...args.filter((arg) => arg !== name), ...out, ...CPU);
    expect(ended).toMatchObject({ code: 2, error: expect.stringContaining(message) });
    expect(fs.existsSync(at('no-fork'))).toBe(false);
  });
});

describe('a model', () => {
  const sample = (model: string) => lab('sample', '--model', model, '--prompt', '1101=', '--max-new', '4', ...CPU);

  it('is a run, a checkpoint by name or folder, or a folder of an earlier version', async () => {
    const places = [first, `${first}@grpo-2`, path.join(first, 'checkpoints/grpo-2'), earlier()];
    const ended = [];
    for (const place of places) ended.push(await sample(place));
    for (const one of ended) expect(one).toEqual({ code: 0, out: ended[0]!.out, error: '' });
    const evaluating = ['--task', 'parity', '--problems', '2', '--runs', '1', '--json', ...CPU];
    const digests = [];
    for (const place of places) digests.push(lines(await lab('eval', '--model', place, ...evaluating))[0]);
    for (const one of digests) expect(one).toEqual(digests[0]);
    expect(digests[0]).toMatchObject({ level: 6, maxNew: 16 }); // of the recipe in the checkpoint
  });

  it('of a damaged checkpoint is the one before, with a note', async () => {
    const run = stoppedCopy('damaged model');
    damage(path.join(run, 'checkpoints/grpo-2/model.safetensors'));
    const { code, error } = await sample(run);
    expect([code, error]).toEqual([
      0,
      expect.stringMatching(/^note: .*grpo-2\/model\.safetensors .*; grpo-0 is used\n$/),
    ]);
    expect(await sample(`${first}@sft-9`)).toMatchObject({ code: 2, error: expect.stringContaining('it has grpo-2') });
  });
});

describe('runs', () => {
  it('lists state, step, accuracy, reward, size and title of each run', async () => {
    fs.cpSync(stoppedCopy('listed'), at('runs/stopped'), { recursive: true });
    fs.writeFileSync(at('runs/stopped/run.lock'), another);
    fs.cpSync(earlier(), at('runs/earlier'), { recursive: true });
    const { out } = await lab('runs', runs);
    expect(out).toMatch(/^run +state +step +accuracy +reward +size {2}title\n/);
    expect(out).toMatch(/^first +finished +GRPO 2 +[\d.]+ % +-?[\d.]+ +0\.\d MiB {2}Parity of 8 bits, quick$/m);
    expect(out).toMatch(new RegExp(`^fork .*quick \\(fork of ${first}@grpo-0\\)$`, 'm'));
    expect(out).toMatch(new RegExp(`^stopped +running \\(process ${another}\\) +GRPO 2 `, 'm'));
    expect(out).toMatch(/^earlier +stopped /m);
    const [rows] = lines(await lab('runs', runs, '--json')) as unknown as [Record<string, unknown>[]];
    expect(rows.find(({ name }) => name === 'first')).toMatchObject({ state: 'finished', step: 2, parent: null });
  });

  it('diff prints the fields that differ, and the results side by side', async () => {
    const { out } = await lab('runs', 'diff', first, fork);
    expect(out).toMatch(/^grpo\.steps +2 +3\ngrpo\.beta +0\.001 +0\.5\n\n/m);
    expect(out).toMatch(/^state +finished, grpo 2 +finished, grpo 3$/m);
    expect(out).toMatch(/^grpo\.sampled_accuracy +[\d.]+ +[\d.]+$/m);
    const [row] = lines(await lab('runs', 'diff', first, fork, '--json'));
    expect(row!.recipe).toEqual(expect.arrayContaining([{ field: 'grpo.beta', a: 0.001, b: 0.5 }]));
    expect((await lab('runs', 'diff', first, first)).out).toMatch(/^the recipes are equal\n/);
  });

  it('export and import keep every file, and verify names a damaged one', async () => {
    const zip = at('run.zip');
    expect(await lab('runs', 'export', first, '--out', zip)).toMatchObject({ code: 0, error: '' });
    expect(await lab('runs', 'import', zip, '--out', at('copy'))).toMatchObject({ code: 0, error: '' });
    expect(fs.readdirSync(at('copy'))).toEqual(fs.readdirSync(first));
    expect((await lab('runs', 'verify', at('copy'))).out).toMatch(/: no damage in \d+ events and 4 checkpoints\n$/);
    const file = 'checkpoints/sft-4/optimizer.safetensors';
    damage(path.join(at('copy'), file));
    const damaged = await lab('runs', 'verify', at('copy'));
    expect(damaged).toMatchObject({ code: 1, out: `${file} is damaged: its SHA-256 differs\n` });
    const foreign = await lab('runs', 'import', write('foreign.zip', 'no zip'), '--out', at('foreign'));
    expect(foreign).toMatchObject({ code: 2, error: expect.stringContaining('is no zip of a run, or damaged') });
    expect(fs.existsSync(at('foreign'))).toBe(false);
  });

  it.each([
    [['nowhere'], 'there is no folder nowhere'],
    [['diff', first], 'use: runs diff A B'],
    [['export', first], '--out is missing; use: runs export DIR --out PLACE'],
    [['export', first, '--out', path.join(first, 'a.zip')], 'a folder that the command reads'],
    [['import', at('none.zip'), '--out', at('z')], 'there is no file'],
    [[first, fork], 'runs takes one folder, or diff A B'],
    [[runs, '--out', at('z')], '--out is for runs export and runs import'],
  ])('refuses %j', async (args, message) => {
    expect(await lab('runs', ...args)).toMatchObject({ code: 2, error: expect.stringContaining(message) });
  });
});
