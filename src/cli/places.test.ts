/** Output places: each is tested before the computation, and never replaces an input. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { recipeByName } from '../lab/recipe/presets';
import { run } from '../lab/run/run';
import { at, CPU, lab, SMALLEST, smallestTraining, write } from './cli.fixture';
import { disk } from './disk.fixture';

vi.mock('../gpu/cpu', { spy: true });
vi.mock('../lab/run/run', { spy: true });
vi.mock('../runs/nodeFiles', async (original) =>
  (await import('./disk.fixture')).runsOnDisk(await original<typeof import('../runs/nodeFiles')>()),
);
vi.mock('node:fs', async (original) => (await import('./disk.fixture')).onDisk(await original()));

afterEach(() => {
  disk.isFull = () => false;
});

const model = at('model');
/** Folder of the model in that run. */
const saved = path.join(model, 'checkpoints', 'grpo-0');
beforeAll(async () => {
  const ended = await lab(...smallestTraining(model));
  expect(ended.code, ended.error).toBe(0);
});

describe('a place that cannot be written to is refused before anything is computed', () => {
  const file = write('file', 'a file');
  const folder = at('folder');
  fs.mkdirSync(folder);
  const evaluating = ['--problems', '1', '--runs', '1', ...CPU];
  const commands: Record<string, (out: string) => string[]> = {
    train: (out) => smallestTraining(out),
    compare: (out) => ['compare', '--a', model, '--b', model, '--task', 'parity', '--out', out, ...evaluating],
    transfer: (out) => ['transfer', '--models', model, '--tasks', 'parity:6', '--out', out, ...evaluating],
    curate: (out) => ['curate', '--model', model, '--task', 'parity', '--pool', '2', '--out', out, ...CPU],
    mixture: (out) => [
      ...['mixture', '--recipe', 'parity-8-nano', '--tasks', 'parity:6,addition:2', '--problems', '4'],
      ...['--out', out, ...CPU],
    ],
    reproduce: (out) => ['reproduce', 'E1', '--seeds', '0', '--out', out, ...CPU],
    probe: (out) => {
      const asked = write('asked.json', JSON.stringify({ prompts: [[1]], max_new: 1 }));
      return ['probe', 'sample', '--model', model, '--in', asked, '--out', out, ...CPU];
    },
    eval: (out) => ['eval', '--model', model, '--task', 'parity', '--out', out, ...evaluating],
  };
  const cases: [command: string, what: string, out: string][] = [
    ...Object.keys(commands).map((name): [string, string, string] => [
      name,
      'a place under a file',
      path.join(file, 'x.json'),
    ]),
    ...['train', 'compare', 'transfer', 'reproduce'].map((name): [string, string, string] => [name, 'a file', file]),
    ...['train', 'compare', 'transfer', 'reproduce'].map((name): [string, string, string] => [
      name,
      'a place that allows no folder',
      '/proc/self/none/x',
    ]),
    ...Object.keys(commands).map((name): [string, string, string] => [
      name,
      'a long path',
      path.join(folder, `${'x'.repeat(3000)}.json`),
    ]),
    ...['curate', 'mixture', 'probe', 'eval'].flatMap((name): [string, string, string][] => [
      [name, 'a missing folder', path.join(folder, 'none/x.json')],
      [name, 'a folder', fs.mkdtempSync(path.join(os.tmpdir(), 'groupthink-')).concat('/x.json')],
    ]),
    ...['curate', 'probe', 'eval'].map((name): [string, string, string] => [name, 'a full disk', '/dev/full']),
  ];
  it.each(cases)('%s: %s', async (name, what, out) => {
    if (what === 'a folder') fs.mkdirSync(out);
    vi.mocked(run).mockClear();
    vi.mocked(openCpuDevice).mockClear();
    const ended = await lab(...commands[name]!(out));
    expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
    expect(ended.error).toMatch(/^error: /m);
    expect(ended.error).not.toMatch(/^\s+at /m);
    if (what === 'a long path') expect(ended.error).toMatch(/xx… cannot be (made|written): the path is too long/);
    if (what === 'a place that allows no folder')
      expect(ended.error).toContain('cannot be made: there is no such folder');
    expect(run).not.toHaveBeenCalled();
    if (name !== 'train') expect(openCpuDevice).not.toHaveBeenCalled();
    expect(fs.readFileSync(file, 'utf8')).toBe('a file');
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a run', ['manifest.json', 'events.jsonl'], 'holds a run already; continue it with train --resume'],
    ['an earlier version left', ['model.safetensors'], 'holds a run already'],
    ['a killed one of an earlier version left', ['events.jsonl.partial'], 'holds a run already'],
    ['other files', ['events.jsonl', 'letter.txt'], 'holds letter.txt, which no run writes'],
  ])('train: %s', async (what, names, message) => {
    const out = at(`held by ${what}`);
    fs.mkdirSync(out);
    for (const name of names) fs.writeFileSync(path.join(out, name), 'kept');
    vi.mocked(openCpuDevice).mockClear();
    expect(await lab(...smallestTraining(out))).toMatchObject({ code: 2, error: expect.stringContaining(message) });
    expect(openCpuDevice).not.toHaveBeenCalled();
    expect(fs.readdirSync(out)).toEqual([...names].sort());
    for (const name of names) expect(fs.readFileSync(path.join(out, name), 'utf8')).toBe('kept');
  });

  it('train: a full disk leaves nothing behind', async () => {
    const out = at('no-room');
    disk.isFull = (file) => file === 'meta.json';
    vi.mocked(run).mockClear();
    expect(await lab(...smallestTraining(out))).toMatchObject({
      code: 2,
      error: expect.stringContaining(`${out} cannot be written: the disk is full; choose another place`),
    });
    expect(run).not.toHaveBeenCalled();
    expect(fs.existsSync(out)).toBe(false);
  });
});

describe('an --out that would replace what the command reads', () => {
  const evaluating = ['--problems', '1', '--runs', '1', ...CPU];
  const weights = path.join(saved, 'model.safetensors');
  const problems = Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `7+${i}=`, answer: String(7 + i) }));
  const own = write('own.jsonl', problems.join('\n'));
  const recipe = write('recipe.json', JSON.stringify(recipeByName('parity-8-nano')));
  fs.symlinkSync(own, at('own-link.jsonl'));
  const inModel = (...args: string[]) => [...args, '--model', model, '--task', 'parity', '--out'];
  const ofOwn = ['--model', model, '--task', 'own', '--data', own, '--out'];
  const cases: [args: string[], out: string, message: string][] = [
    [inModel('curate'), weights, `lies in ${saved}, a folder that the command reads; choose another place`],
    [
      inModel('eval', ...evaluating),
      path.join(model, 'runs.jsonl'),
      `lies in ${model}, a folder that the command reads`,
    ],
    [
      ['compare', '--a', model, '--b', model, '--task', 'parity', ...evaluating, '--out'],
      model,
      'a folder that the command reads',
    ],
    [
      ['transfer', '--models', model, '--tasks', 'parity:6', ...evaluating, '--out'],
      model,
      'a folder that the command reads',
    ],
    [['curate', ...ofOwn], at('own-link.jsonl'), 'is a file that the command reads; choose another file'],
    [['eval', ...evaluating, ...ofOwn], own, `--out: ${own} is a file that the command reads`],
    [['probe', 'step', '--model', model, '--in', write('step.json', '[]'), '--out'], weights, `lies in ${saved}`],
    [['probe', 'step', '--model', model, '--in', at('step.json'), '--out'], at('step.json'), 'that the command reads'],
    [
      ['mixture', '--recipe', recipe, '--tasks', 'parity:6,addition:2', '--problems', '4', ...CPU, '--out'],
      recipe,
      'that the command reads',
    ],
    [inModel('eval', ...evaluating), '', '--out is empty; give a file'],
    [
      ['compare', '--a', model, '--b', model, '--task', 'parity', ...evaluating, '--out'],
      '',
      '--out is empty; give a folder',
    ],
    [['reproduce', '--pages', '--out'], '', '--out is empty; give a folder'],
  ];
  it.each(cases)('%s %s', async (args, out, message) => {
    const files = () =>
      [own, recipe, ...fs.readdirSync(saved).map((name) => path.join(saved, name))].map((file) => [
        file,
        fs.readFileSync(file).toString('base64'),
      ]);
    const before = files();
    vi.mocked(openCpuDevice).mockClear();
    const ended = await lab(...args, out);
    expect(ended.error).toContain(message);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(openCpuDevice).not.toHaveBeenCalled();
    expect(files()).toEqual(before);
  });
});

describe('an --out that is a symbolic link', () => {
  const mixture = (out: string) => [
    ...[
      'mixture',
      '--recipe',
      'parity-8-nano',
      '--tasks',
      'parity:6',
      '--problems',
      '4',
      '--epochs',
      '1',
      '--out',
      out,
    ],
    ...SMALLEST,
    ...CPU,
  ];
  it('to a missing file stays, and the file is written', async () => {
    fs.symlinkSync('mixed.json', at('mixed-link.json'));
    const ended = await lab(...mixture(at('mixed-link.json')));
    expect(ended.code, ended.error).toBe(0);
    expect(fs.readlinkSync(at('mixed-link.json'))).toBe('mixed.json');
    expect(fs.lstatSync(at('mixed.json')).isFile()).toBe(true);
  });
  it('to itself is refused', async () => {
    fs.symlinkSync('circle.json', at('circle.json'));
    const ended = await lab(...mixture(at('circle.json')));
    expect(ended).toMatchObject({ code: 2, error: expect.stringContaining('its symbolic links lead in a circle') });
  });
});
