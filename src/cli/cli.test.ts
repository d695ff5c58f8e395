/** The terminal as a person uses it: files that come out, and exit code 2 with the place for what is wrong. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../checkpoint/safetensors';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'groupthink-cli-'));
const at = (name: string) => path.join(folder, name);
const write = (name: string, text: string | Uint8Array) => {
  writeFileSync(at(name), text);
  return at(name);
};

interface Ended {
  code: number;
  out: string;
  error: string;
}

/** What `npm run lab -- …` runs. */
const labCommand = (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: { lab: string } })
  .scripts.lab;
const lab = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const [command, ...rest] = labCommand.split(' ') as [string, ...string[]];
    execFile(command, [...rest, ...args], { cwd: ROOT, maxBuffer: 1e8 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out, error: stderr }),
    );
  });
const lines = ({ out }: Ended) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const TINY = [
  'sft.steps=4',
  'sft.sequences=8',
  'grpo.steps=2',
  'grpo.prompts=2',
  'grpo.groupSize=4',
  'evaluation.problems=4',
];
const train = (out: string, ...more: string[]) =>
  lab('train', '--recipe', 'parity-8-nano', '--out', at(out), ...TINY.flatMap((set) => ['--set', set]), ...more);

describe('train in f16', () => {
  it('is refused by field and device where the device has none', async () => {
    const { code, error } = await train('half', '--adapter', 'cpu', '--set', 'precision=f16');
    expect(code).toBe(2);
    expect(error).toContain('error: precision: CPU reference has no f16 in buffers');
    expect(existsSync(at('half'))).toBe(false);
  });
});

describe('train, sample, eval', () => {
  it('leave a folder that the other commands read, the same for the same seed', async () => {
    const [first, second] = [await train('first', '--seed', '3'), await train('second', '--seed', '3')];
    expect([first.code, second.code], first.error).toEqual([0, 0]);
    expect(readdirSync(at('first')).sort()).toEqual(
      ['config.json', 'events.jsonl', 'model.safetensors', 'recipe.json', 'summary.json', 'tokenizer.json'].sort(),
    );
    expect(readFileSync(at('second/model.safetensors')).equals(readFileSync(at('first/model.safetensors')))).toBe(true);
    const summary = JSON.parse(readFileSync(at('first/summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary).toMatchObject({ recipe: 'parity-8-nano', seed: 3, sft: { steps: 4 }, grpo: { steps: 2 } });
    expect(summary.memory).toEqual({ estimated_bytes: expect.any(Number), peak_bytes: expect.any(Number) });
    expect(first.error).toMatch(/ETA \d+:\d\d/);
    expect(first.error).toMatch(/takes about [\d.]+ MiB of its memory/);

    const sampling = ['--model', at('first'), '--prompt', '11010110=', '-n', '3', '--seed', '7', '--json'];
    const [samples, again] = [await lab('sample', ...sampling), await lab('sample', ...sampling)];
    expect(samples.code, samples.error).toBe(0);
    expect(again.out).toBe(samples.out);
    const { completions } = lines(samples)[0] as { completions: { ids: number[]; logprobs: number[] }[] };
    expect(completions).toHaveLength(3);
    for (const { ids, logprobs } of completions) expect(logprobs).toHaveLength(ids.length);

    const report = await lab(
      'eval',
      '--model',
      at('first'),
      '--task',
      'parity',
      '--runs',
      '2',
      '--problems',
      '6',
      '--json',
    );
    expect(report.code, report.error).toBe(0);
    expect(lines(report)[0]).toMatchObject({ task: 'parity', level: 8, problems: 6, runs: [{}, {}] });
  });

  it('train on the CPU reference where it is asked for by name', async () => {
    const ended = await train('cpu', '--adapter', 'cpu', '--set', 'sft.steps=1', '--set', 'grpo.steps=0');
    expect(ended.code, ended.error).toBe(0);
    expect(JSON.parse(readFileSync(at('cpu/summary.json'), 'utf8'))).toMatchObject({ adapter: 'CPU reference' });
  });
});

describe('data and verify', () => {
  it.each(['parity', 'addition'])('%s traces verify, line by line', async (task) => {
    const problems = lines(await lab('data', '--task', task, '-n', '5', '--seed', '2')) as {
      problem: unknown;
      traces: { completion: string }[];
    }[];
    const pairs = problems.flatMap(({ problem, traces }) => traces.map(({ completion }) => ({ problem, completion })));
    const file = write(
      `${task}.jsonl`,
      [...pairs, { problem: pairs[0]!.problem, completion: '<think></think>x' }]
        .map((p) => JSON.stringify(p))
        .join('\n'),
    );
    const verdicts = lines(await lab('verify', '--task', task, '--in', file));
    expect(verdicts.map(({ correct }) => correct)).toEqual([...pairs.map(() => true), false]);
    expect(verdicts.every(({ reason }) => typeof reason === 'string' && reason.length > 0)).toBe(true);
  });
});

describe('probe', () => {
  it('reward answers one object with one, and many with many', async () => {
    const one = {
      l_max: 24,
      l_pos: 19,
      l_neg: 8,
      cases: [{ length: 9, correct: true, ended: true, think: 'ok', words: [] }],
    };
    const result = { cases: [{ accuracy: 1, repetition: 0, total: 8 / 13 }] };
    for (const [input, expected] of [
      [one, result],
      [
        [one, one],
        [result, result],
      ],
    ]) {
      expect(
        (await lab('probe', 'reward', '--in', write('r.json', JSON.stringify(input)), '--out', at('ro.json'))).code,
      ).toBe(0);
      expect(JSON.parse(readFileSync(at('ro.json'), 'utf8'))).toEqual(expected);
    }
  });

  it('sample draws the same as itself', async () => {
    const model = path.join(ROOT, 'src/model/goldens/phi3-gqa-untied');
    const file = write(
      's.json',
      JSON.stringify({
        prompts: [[5, 6], [9]],
        n: 2,
        temperature: 1,
        top_k: 7,
        top_p: 0.9,
        min_p: 0.01,
        max_new: 5,
        seed: 1,
      }),
    );
    const ended = await lab('probe', 'sample', '--model', model, '--in', file, '--out', at('so.json'));
    expect(ended.code, ended.error).toBe(0);
    const { completions, logprobs } = JSON.parse(readFileSync(at('so.json'), 'utf8')) as Record<string, number[][][]>;
    expect(completions!.map((rows) => rows.length)).toEqual([2, 2]);
    expect(logprobs!.flat(2).every((logprob) => logprob <= 0)).toBe(true);
  });
});

describe('bad input ends with exit code 2, names the place, and leaves everything as it was', () => {
  const golden = path.join(ROOT, 'src/model/goldens/phi3-gqa-untied');
  const broken = (
    name: string,
    change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
  ) => {
    mkdirSync(at(name));
    const tensors = new Map(readSafetensors(readFileSync(path.join(golden, 'model.safetensors'))));
    change(tensors);
    write(`${name}/config.json`, readFileSync(path.join(golden, 'config.json')));
    write(`${name}/model.safetensors`, writeSafetensors(tensors));
    return at(name);
  };
  const missing = broken('missing', (tensors) => tensors.delete('model.norm.weight'));
  const misshapen = broken('misshapen', (tensors) =>
    tensors.set('model.norm.weight', { shape: [4], data: new Float32Array(4) }),
  );
  const sampleInput = write('in.json', JSON.stringify({ prompts: [[1]], max_new: 2 }));
  mkdirSync(at('full'));
  write('full/letter.txt', 'dear');
  const recipe = write('recipe.json', JSON.stringify({ name: 'x', grpo: { stepz: 1 } }));

  it.each([
    [
      'an unknown recipe',
      ['train', '--recipe', 'nope', '--out', at('no')],
      'there is no recipe "nope"; there are parity-12',
    ],
    [
      'a field out of range',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'grpo.groupSize=1'],
      'grpo.groupSize',
    ],
    ['a field that there is not', ['train', '--recipe', recipe, '--out', at('no')], 'Unrecognized key: "stepz"'],
    ['a folder of something else', ['train', '--recipe', 'parity-12', '--out', at('full')], 'holds letter.txt'],
    [
      'an adapter that there is not',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--adapter', 'abacus'],
      'abacus is none of auto, webgpu, cpu',
    ],
    [
      'a level without held-out problems',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'task.level=1'],
      'raise the level',
    ],
    [
      'a missing tensor',
      ['probe', 'sample', '--model', missing, '--in', sampleInput, '--out', at('no')],
      'model.norm.weight is missing',
    ],
    [
      'a misshapen tensor',
      ['probe', 'sample', '--model', misshapen, '--in', sampleInput, '--out', at('no')],
      'model.norm.weight has shape [4], expected [32]',
    ],
    [
      'a token outside the vocabulary',
      [
        'probe',
        'sample',
        '--model',
        golden,
        '--in',
        write('over.json', JSON.stringify({ prompts: [[48]], max_new: 2 })),
        '--out',
        at('no'),
      ],
      'token 48 is outside the vocabulary of 48',
    ],
    ['a model that there is not', ['sample', '--model', at('nowhere'), '--prompt', '1='], 'nowhere'],
    ['a task that there is not', ['data', '--task', 'toString'], 'there is no task "toString"'],
    [
      'a problem of another task',
      ['verify', '--task', 'parity', '--in', write('v.jsonl', '{"problem":{"terms":[1,2]},"completion":"3"}')],
      'line 1: problem: bits',
    ],
    ['an unknown command', ['sing'], 'there is no command sing'],
  ])('%s', async (_, args, message) => {
    const ended = await lab(...args);
    expect(ended.error).toContain(message);
    expect(ended.error).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(2);
    expect(existsSync(at('no'))).toBe(false);
    expect(readdirSync(at('full'))).toEqual(['letter.txt']);
  });

  it('a prompt with a character outside the vocabulary', async () => {
    const ended = await lab('sample', '--model', at('first'), '--prompt', '11é=');
    expect(ended.error).toContain('prompt: character "é" at position 3 is outside the vocabulary');
    expect(ended.code).toBe(2);
  });
});
