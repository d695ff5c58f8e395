/** Nothing is computed in vain: places are tested first, and a run that ends early keeps its weights. On the CPU reference, tiny. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readModelFolder } from '../checkpoint/model';
import { openCpuDevice } from '../gpu/cpu';
import { recipeByName } from '../lab/recipes';
import { run } from '../lab/run';
import { at, lab, labCommand, ROOT, write } from './fixture';

vi.mock('../gpu/cpu', { spy: true });
vi.mock('../lab/run', { spy: true });
/** The disk that fills: it takes no text or bytes of which this says so. */
const disk = vi.hoisted(() => ({ refuses: (_file: fs.PathOrFileDescriptor, _data: unknown): boolean => false }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeFileSync: typeof fs.writeFileSync = (file, data, options) => {
    if (disk.refuses(file, data)) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    real.writeFileSync(file, data, options);
  };
  // under /proc it never returns, and no test could end it
  const mkdirSync = (file: fs.PathLike, options?: fs.MakeDirectoryOptions) => {
    if (options?.recursive && String(file).startsWith('/proc/')) throw new Error('mkdirSync would never return');
    return real.mkdirSync(file, options);
  };
  const mocked = { ...real, writeFileSync, mkdirSync };
  return { ...mocked, default: mocked };
});

afterEach(() => {
  disk.refuses = () => false;
  vi.unstubAllEnvs();
});

const CPU = ['--adapter', 'cpu'];
const FIELDS = [
  ...['model.layers=1', 'model.width=8', 'model.heads=2', 'model.kvHeads=1', 'model.ffn=8', 'task.level=6'],
  ...['sft.steps=2', 'sft.sequences=2', 'sft.warmup=0', 'grpo.steps=0', 'grpo.prompts=1', 'grpo.groupSize=2'],
  ...['reward.lMax=16', 'evaluation.problems=1', 'evaluation.base=false'],
];
const training = (out: string, ...sets: string[]) => [
  ...['train', '--recipe', 'parity-8-nano', '--out', out, ...CPU],
  ...[...FIELDS, ...sets].flatMap((set) => ['--set', set]),
];

const sampled = (folder: string) => lab('sample', '--model', folder, '--prompt', '110101=', '--max-new', '2', ...CPU);
const summaryOf = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, 'summary.json'), 'utf8')) as Record<string, unknown>;
const weightsOf = (folder: string) => fs.readFileSync(path.join(folder, 'model.safetensors'));

const model = at('model');
beforeAll(async () => {
  const ended = await lab(...training(model));
  expect(ended.code, ended.error).toBe(0);
});

describe('a place that cannot be written to is refused before anything is computed', () => {
  const file = write('file', 'a file');
  const folder = at('folder');
  fs.mkdirSync(folder);
  const evaluating = ['--problems', '1', '--runs', '1', ...CPU];
  const commands: Record<string, (out: string) => string[]> = {
    train: (out) => training(out),
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
      'a place that takes no folder',
      '/proc/self/none/x',
    ]),
    ...Object.keys(commands).map((name): [string, string, string] => [
      name,
      'a long path',
      path.join(folder, `${'x'.repeat(3000)}.json`),
    ]),
    ...['curate', 'mixture', 'probe', 'eval'].flatMap((name): [string, string, string][] => [
      [name, 'a folder that there is not', path.join(folder, 'none/x.json')],
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
    if (what === 'a place that takes no folder')
      expect(ended.error).toContain('cannot be made: there is no such folder');
    expect(run).not.toHaveBeenCalled();
    if (name !== 'train') expect(openCpuDevice).not.toHaveBeenCalled();
    expect(fs.readFileSync(file, 'utf8')).toBe('a file');
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('train: a folder lies where a file of the run belongs', async () => {
    const out = at('blocked');
    for (const name of ['events.jsonl.partial', 'model.safetensors']) {
      fs.mkdirSync(path.join(out, name), { recursive: true });
      vi.mocked(run).mockClear();
      const ended = await lab(...training(out));
      expect(ended).toMatchObject({ code: 2, error: expect.stringContaining(`${name} is a folder`) });
      expect(run).not.toHaveBeenCalled();
      fs.rmdirSync(path.join(out, name));
      expect(fs.readdirSync(out)).toEqual([]);
    }
  });

  it('train: a disk that takes a name and no bytes', async () => {
    const out = at('no-room');
    disk.refuses = (_, data) => data instanceof Uint8Array;
    vi.mocked(run).mockClear();
    expect(await lab(...training(out))).toMatchObject({ code: 2, error: expect.stringContaining('the disk is full') });
    expect(run).not.toHaveBeenCalled();
    expect(fs.readdirSync(out)).toEqual([]);
  });
});

describe('an --out that would replace what the command reads', () => {
  const evaluating = ['--problems', '1', '--runs', '1', ...CPU];
  const weights = path.join(model, 'model.safetensors');
  const problems = Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `7+${i}=`, answer: String(7 + i) }));
  const own = write('own.jsonl', problems.join('\n'));
  const recipe = write('recipe.json', JSON.stringify(recipeByName('parity-8-nano')));
  fs.symlinkSync(own, at('own-link.jsonl'));
  const inModel = (...args: string[]) => [...args, '--model', model, '--task', 'parity', '--out'];
  const ofOwn = ['--model', model, '--task', 'own', '--data', own, '--out'];
  const cases: [args: string[], out: string, message: string][] = [
    [inModel('curate'), weights, `lies in ${model}, the folder of a model; choose another place`],
    [inModel('eval', ...evaluating), path.join(model, 'runs.jsonl'), `lies in ${model}, the folder of a model`],
    [
      ['compare', '--a', model, '--b', model, '--task', 'parity', ...evaluating, '--out'],
      model,
      'the folder of a model',
    ],
    [['transfer', '--models', model, '--tasks', 'parity:6', ...evaluating, '--out'], model, 'the folder of a model'],
    [['curate', ...ofOwn], at('own-link.jsonl'), 'is a file that the command reads; choose another file'],
    [['eval', ...evaluating, ...ofOwn], own, `--out: ${own} is a file that the command reads`],
    [['probe', 'step', '--model', model, '--in', write('step.json', '[]'), '--out'], weights, `lies in ${model}`],
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
      [own, recipe, ...fs.readdirSync(model).map((name) => path.join(model, name))].map((file) => [
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
    ...FIELDS.flatMap((set) => ['--set', set]),
    ...CPU,
  ];
  it('to a file that is not there yet stays, and the file is written', async () => {
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

describe('reproduce', () => {
  const copied = (name: string, files: Record<string, string>) => {
    fs.mkdirSync(at(name));
    for (const [file, text] of Object.entries(files)) write(`${name}/${file}`, text);
    return at(name);
  };
  const contents = (folder: string) =>
    Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
  const e1 = fs.readFileSync(path.join(ROOT, 'public/results/E1.json'), 'utf8');

  it('--pages lists the results in a folder and leaves other files alone', async () => {
    const out = copied('results', { 'E1.json': e1, 'package.json': '{}', 'E1-copy.json': e1 });
    const ended = await lab('reproduce', '--pages', '--out', out);
    expect(ended, ended.error).toMatchObject({ code: 0 });
    expect(contents(out)).toMatchObject({
      ...{ 'index.json': '["E1"]\n', 'E1.json': e1, 'package.json': '{}', 'E1-copy.json': e1 },
      'report.md': expect.any(String),
    });
  });

  it.each([
    ['no result', { 'E1.json': e1, 'E3.json': '{}' }, /E3\.json: id: is missing/],
    ['of another experiment', { 'E3.json': e1 }, /E3\.json is the result of E1; rename it/],
  ])('is refused before anything is computed or written where a result is %s', async (what, files, message) => {
    const out = copied(what, { ...files, 'index.json': 'mine' });
    const before = contents(out);
    vi.mocked(openCpuDevice).mockClear();
    for (const args of [['--pages'], ['E1', '--seeds', '0', ...CPU]]) {
      const ended = await lab('reproduce', ...args, '--out', out);
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toMatch(message);
      expect(ended.error).not.toMatch(/^\s+at /m);
      expect(contents(out)).toEqual(before);
    }
    expect(openCpuDevice).not.toHaveBeenCalled();
  });

  it.each([
    ['an experiment with --pages', ['E3', '--pages'], '--pages runs nothing: leave out E3'],
    ['an experiment twice', ['E3', 'E1', 'E3'], 'reproduce: E3 E1 E3 names an experiment twice'],
    ['all and one of them', ['ALL', 'E3'], 'reproduce: ALL E3 names an experiment twice'],
  ])('refuses %s', async (_, args, message) => {
    vi.mocked(openCpuDevice).mockClear();
    const ended = await lab('reproduce', ...args, '--out', at('nothing'), ...CPU);
    expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
    expect(ended.error).toContain(message);
    expect(openCpuDevice).not.toHaveBeenCalled();
    expect(fs.existsSync(at('nothing'))).toBe(false);
  });
});

describe('a place that another process writes into', () => {
  /** The process that started this one: it lives as long. */
  const another = String(process.ppid);
  /** No system gives a process this id. */
  const gone = String(2 ** 30);

  it('is refused by train, which leaves the folder as it is', async () => {
    const out = at('busy');
    fs.mkdirSync(out);
    for (const holder of [another, '']) {
      fs.writeFileSync(path.join(out, 'run.lock'), holder);
      vi.mocked(run).mockClear();
      const ended = await lab(...training(out));
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toContain(`writes into ${out}; wait for it, or choose another folder`);
      expect(run).not.toHaveBeenCalled();
      expect(fs.readdirSync(out)).toEqual(['run.lock']);
      expect(fs.readFileSync(path.join(out, 'run.lock'), 'utf8')).toBe(holder);
    }
  });

  it('is refused by eval, compare and transfer, which leave the record as it is', async () => {
    const evaluating = (runs: number) => ['--problems', '2', '--runs', `${runs}`, '--max-new', '2', ...CPU];
    const folder = at('records');
    const commands = [
      ['eval', '--model', model, '--task', 'parity', '--out', at('record.jsonl')],
      ['compare', '--a', model, '--b', model, '--task', 'parity', '--out', folder],
      ['transfer', '--models', model, '--tasks', 'parity:7', '--out', folder],
    ];
    for (const command of commands) {
      const ended = await lab(...command, ...evaluating(1));
      expect(ended.code, ended.error).toBe(0);
    }
    expect(fs.existsSync(at('record.jsonl.lock'))).toBe(false);
    const records = [at('record.jsonl'), ...fs.readdirSync(folder).map((name) => path.join(folder, name))];
    expect(records).toHaveLength(3);
    const texts = records.map((file) => fs.readFileSync(file, 'utf8'));
    for (const file of records) fs.writeFileSync(`${file}.lock`, another);
    for (const command of commands) {
      vi.mocked(openCpuDevice).mockClear();
      const ended = await lab(...command, ...evaluating(2));
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toMatch(/writes into .*\.jsonl; wait for it, or choose another file/);
      expect(openCpuDevice).not.toHaveBeenCalled();
    }
    expect(records.map((file) => fs.readFileSync(file, 'utf8'))).toEqual(texts);
    for (const file of records) fs.writeFileSync(`${file}.lock`, gone);
    for (const command of commands) {
      const ended = await lab(...command, ...evaluating(2));
      expect(ended.code, ended.error).toBe(0);
    }
    expect(records.map((file) => fs.existsSync(`${file}.lock`))).toEqual([false, false, false]);
  });

  it('is free again when train has ended, or was killed', async () => {
    const out = at('free');
    fs.mkdirSync(out);
    for (const holder of [gone, String(process.pid)]) {
      fs.writeFileSync(path.join(out, 'run.lock'), holder);
      vi.mocked(run).mockImplementationOnce((...args) => {
        expect(fs.readFileSync(path.join(out, 'run.lock'), 'utf8')).toBe(String(process.pid));
        return run(...args);
      });
      const ended = await lab(...training(out));
      expect(ended.code, ended.error).toBe(0);
      expect(fs.readdirSync(out).sort()).toEqual(fs.readdirSync(model).sort());
    }
  });
});

describe('a disk that fills while a run trains', () => {
  const isStep = (data: unknown) => typeof data === 'string' && data.startsWith('{"type":"sft"');

  it('ends it after the steps under way, with the weights', async () => {
    const out = at('filled');
    disk.refuses = (_, data) => isStep(data);
    const ended = await lab(...training(out, 'sft.steps=20'));
    expect(ended.code).toBe(1);
    const { stopped } = summaryOf(out) as { stopped: { step: number } };
    expect(ended.error).toContain(`the disk is full; the weights, after SFT step ${stopped.step}, are in ${out}`);
    expect(ended.error).not.toMatch(/^\s+at /m);
    expect(stopped).toMatchObject({ reason: 'full disk', stage: 'sft' });
    expect(stopped.step).toBeLessThan(20);
    expect((await sampled(out)).code).toBe(0);
  });

  it('saves the weights elsewhere where there is no room for them', async () => {
    const [out, spare] = [at('filled-whole'), at('spare')];
    fs.mkdirSync(spare);
    vi.stubEnv('TMPDIR', spare);
    let full = false;
    let refused = 0;
    // the recording, then both attempts at the folder
    disk.refuses = (_, data) => {
      full ||= isStep(data);
      return full && refused++ < 3;
    };
    const ended = await lab(...training(out));
    expect(ended.code).toBe(1);
    const saved = path.join(spare, fs.readdirSync(spare)[0]!);
    expect(ended.error).toContain(`are in ${saved} (the disk is full)`);
    expect((await sampled(saved)).code).toBe(0);
  });
});

it('a run that diverges keeps the last finite weights', async () => {
  const out = at('diverged');
  const ended = await lab(
    ...training(out, 'sft.learningRate=1', 'sft.weightDecay=10', 'sft.maxGradNorm=0', 'sft.steps=200'),
  );
  expect(ended.code, ended.error).toBe(3);
  expect(ended.error).toMatch(/^error: SFT step \d+: .*; the last finite weights, after SFT step \d+, are in /m);
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
    const child = started(training(out, 'sft.steps=100000'));
    let said = '';
    let sent = false;
    child.stderr!.on('data', (text) => {
      said += text;
      if (sent || !/SFT \d/.test(said)) return;
      sent = true;
      // Ctrl+C comes twice: from the terminal and from npm
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

  it.concurrent('stopped before its first step leaves the weights that it began with, and an earlier run as it was', async () => {
    const out = at('early');
    const stop = async () => {
      const child = started(training(out, 'evaluation.base=true', 'evaluation.problems=8', 'reward.lMax=200'));
      let said = '';
      let sent = false;
      child.stderr!.on('data', (text) => {
        said += text;
        if (sent || !said.includes('takes about')) return;
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
    expect(await stop()).toContain(`before the first step; ${out} keeps the weights of the run that was there before`);
    expect(fs.readdirSync(out)).toEqual(files);
    expect(weightsOf(out).equals(weights)).toBe(true);
  });

  it.concurrent('goes on where nobody reads its standard error', async () => {
    const child = started(training(at('unread')));
    child.stderr!.once('data', () => child.stderr!.destroy());
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(weightsOf(at('unread')).equals(weightsOf(model))).toBe(true);
  });

  it.concurrent('tells of a full standard output', async () => {
    const full = fs.openSync('/dev/full', 'w');
    const child = started(['data', '--task', 'parity', '-n', '1'], full);
    let said = '';
    child.stderr!.on('data', (text) => (said += text));
    expect(await endOf(child)).toBe(1);
    expect(said).toBe('error: standard output: the disk is full\n');
    fs.closeSync(full);
  });
});
