/** What the terminal does with models: files that come out, and exit code 2 with the place for what is wrong. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODEL_FILES } from '../formats/model';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { at, lab, labProcess, lines, ROOT, train, training, write } from './cli.fixture';

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
    const first = await labProcess(...training('first', '--seed', '3'));
    const second = await train('second', '--seed', '3');
    expect([first.code, second.code], first.error).toEqual([0, 0]);
    expect(readdirSync(at('first')).sort()).toEqual(
      ['events.jsonl', 'recipe.json', 'summary.json', ...MODEL_FILES].sort(),
    );
    expect(readFileSync(at('second/model.safetensors')).equals(readFileSync(at('first/model.safetensors')))).toBe(true);
    const summary = JSON.parse(readFileSync(at('first/summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary).toMatchObject({ recipe: 'parity-8-nano', seed: 3, sft: { steps: 4 }, grpo: { steps: 2 } });
    expect(summary.memory).toEqual({ estimated_bytes: expect.any(Number), peak_bytes: expect.any(Number) });
    expect(first.error).toMatch(/ETA \d+:\d\d/);
    expect(first.error).toMatch(/takes about [\d.]+ MiB of its memory/);

    const sampling = ['--model', at('first'), '--prompt', '11010110=', '-n', '3', '--seed', '7', '--json'];
    await lab('sample', ...sampling); // measures its kernels; another test may measure the same ones meanwhile
    const [samples, again] = [await labProcess('sample', ...sampling), await lab('sample', ...sampling)];
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

  it('eval goes on where it stopped, with the same numbers, and refuses what differs', async () => {
    const evaluate = (...more: string[]) =>
      lab('eval', '--model', at('first'), '--task', 'parity', '--problems', '6', '--json', ...more);
    const file = ['--out', at('runs.jsonl')];
    const whole = await evaluate('--runs', '3', ...file);
    expect(whole.code, whole.error).toBe(0);
    expect(lines(whole)[0]).toMatchObject({
      model: expect.stringMatching(/^[0-9a-f]{64}$/),
      accuracy: { standardErrorOverRuns: expect.any(Number) },
      ofN: { n: 3 },
      passAtK: [{ k: 1 }, { k: 2 }, { k: 3 }],
      accuracyByTokens: expect.any(Array),
    });
    const recorded = readFileSync(at('runs.jsonl'), 'utf8');
    const [header, first, second] = recorded.split('\n');
    write('runs.jsonl', `${header}\n${first}\n${second!.slice(0, 40)}`); // ended while the second run was written
    const resumed = await evaluate('--runs', '3', ...file);
    expect(resumed.out).toBe(whole.out);
    expect(readFileSync(at('runs.jsonl'), 'utf8')).toBe(recorded);

    const other = await evaluate('--runs', '3', '--temperature', '1', ...file);
    expect(other.code).toBe(2);
    expect(other.error).toContain('is of another evaluation: temperature is 0.8 there, 1 here');
    expect(readFileSync(at('runs.jsonl'), 'utf8')).toBe(recorded);
  });

  const few = ['--problems', '5', '--runs', '2', '--temperature', '1'];

  it('compare tells two models apart, and goes on where it stopped', async () => {
    const last = await train('third', '--seed', '4');
    expect(last.code, last.error).toBe(0);
    const comparing = ['--a', at('first'), '--b', at('third'), '--task', 'parity', ...few];
    const compared = await lab('compare', ...comparing, '--json');
    expect(compared.code, compared.error).toBe(0);
    const told = lines(compared)[0] as Record<string, number>;
    expect(told).toMatchObject({ task: 'parity', level: 8, problems: 5, interval: { confidence: 0.95 } });
    expect(told.difference).toBeCloseTo(told.b! - told.a!, 12);
    const kept = ['--out', at('compared')];
    expect((await lab('compare', ...comparing, ...kept, '--json')).out).toBe(compared.out);
    const files = readdirSync(at('compared'));
    expect(files).toHaveLength(2); // one a model
    const whole = readFileSync(at(`compared/${files[0]}`), 'utf8');
    write(`compared/${files[0]}`, whole.slice(0, whole.lastIndexOf('\n', whole.length - 2) + 1)); // its last run is lost
    expect((await lab('compare', ...comparing, ...kept)).out).toContain('95 % interval from');
    expect(readFileSync(at(`compared/${files[0]}`), 'utf8')).toBe(whole);
    const other = await lab('compare', ...comparing, ...kept, '--seed', '5', '--problem-seed', '0');
    expect(other.error).toMatch(/compared.*is of another evaluation: seed is 0 there, 5 here/);
    expect(other.code).toBe(2);
  });

  it('transfer lays models against tasks, and keeps the runs of each', async () => {
    const transferring = ['--models', `${at('first')},${at('third')}`, '--tasks', 'parity:7,addition:1', ...few];
    const [matrix, readable] = [
      await lab('transfer', ...transferring, '--json', '--out', at('matrix')),
      await lab('transfer', ...transferring),
    ];
    expect(lines(matrix)[0]).toMatchObject({
      runs: 2,
      matrix: [at('first'), at('third')].map((model) => ({
        ...{ model, trainedOn: ['SFT parity 8', 'GRPO parity 8'] },
        evaluatedOn: [
          { task: 'parity', level: 7, accuracy: { mean: expect.any(Number) } },
          { task: 'addition', level: 1 },
        ],
      })),
    });
    expect(readdirSync(at('matrix'))).toHaveLength(4); // one a model and task
    expect(readable.out).toMatch(/model \(trained on\) +parity 7 \(5\) +addition 1 \(5\)/);
  });

  it('curate writes each problem with its reason', async () => {
    const asking = ['--model', at('first'), '--task', 'parity', '--pool', '40', '--samples', '2'];
    const ended = await lab(
      'curate',
      ...asking,
      '--select',
      'none',
      '--against',
      'parity:8,addition',
      '--out',
      at('pool.jsonl'),
    );
    expect(ended.code, ended.error).toBe(0);
    const rows = lines({ ...ended, out: readFileSync(at('pool.jsonl'), 'utf8') });
    expect(rows).toHaveLength(40);
    for (const row of rows)
      expect(row).toMatchObject({ task: 'parity', level: 8, prompt: /^[01]{8}=$/, kept: row.passRate !== null });
    const nothing = await lab('curate', ...asking, '--select', 'easy', '--high', '1', '--out', at('pool.jsonl'));
    expect(nothing.code).toBe(2);
    expect(nothing.error).toContain('nothing is kept: no problem falls under “easy”');
  });

  it('mixture finds epochs for each domain and writes a recipe that trains', async () => {
    const searching = [
      '--recipe',
      'parity-8-nano',
      '--tasks',
      'parity:6,addition:2',
      '--problems',
      '12',
      '--epochs',
      '1,3',
    ];
    const small = [
      ...['kernels=fixed', 'model.layers=1'].flatMap((set) => ['--set', set]),
      '--set',
      'sft.sequences=8',
      '--set',
      'grpo.steps=0',
      '--set',
      'evaluation.problems=4',
    ];
    const ended = await lab('mixture', ...searching, ...small, '--out', at('mixed.json'), '--json');
    expect(ended.code, ended.error).toBe(0);
    const { trials, chosen, steps } = lines(ended)[0] as {
      trials: { steps: number }[];
      chosen: { epochs: number }[];
      steps: number;
    };
    expect(trials.map(({ steps }) => steps)).toEqual([2, 5, 2, 5]); // ⌈12 · epochs ÷ 8⌉
    expect(chosen).toMatchObject([
      { task: 'parity', level: 6, problems: 12 },
      { task: 'addition', level: 2, problems: 12 },
    ]);
    expect(steps).toBe(Math.ceil((12 * chosen[0]!.epochs + 12 * chosen[1]!.epochs) / 8));
    const trained = await lab('train', '--recipe', at('mixed.json'), '--out', at('mixed'));
    expect(trained.code, trained.error).toBe(0);
    expect(JSON.parse(readFileSync(at('mixed/summary.json'), 'utf8'))).toMatchObject({ sft: { steps } });
  });

  it('train on the CPU reference where it is asked for by name', async () => {
    const ended = await train('cpu', '--adapter', 'cpu', '--set', 'sft.steps=1', '--set', 'grpo.steps=0');
    expect(ended.code, ended.error).toBe(0);
    expect(JSON.parse(readFileSync(at('cpu/summary.json'), 'utf8'))).toMatchObject({ adapter: 'CPU reference' });
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
    ['a field that there is not', ['train', '--recipe', recipe, '--out', at('no')], 'unknown field "stepz"; remove it'],
    ['a folder of something else', ['train', '--recipe', 'parity-12', '--out', at('full')], 'holds letter.txt'],
    [
      'a custom term that does not compile, from a file',
      [
        ...['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'reward.custom=1'],
        '--set',
        `reward.customSource=@${write('term.js', '(rollout) =>\n  rollout..length')}`,
      ],
      'recipe: reward.customSource: line 2, column 11: ',
    ],
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
    [
      'a cluster of more problems than there are',
      [
        ...['train', '--recipe', 'parity-12', '--out', at('no'), '--set'],
        'data.clusters=[{"task":"parity","level":4,"problems":40}]',
      ],
      'parity at 4 bits has about 14 different training problems, not 40',
    ],
    [
      'a task list that is none',
      ['transfer', '--models', at('first'), '--tasks', 'parity:8:9'],
      '--tasks: "parity:8:9" is not of the form task:level',
    ],
    [
      'a mixture of one domain twice',
      [
        'mixture',
        '--recipe',
        'parity-8-nano',
        '--tasks',
        'parity:6,parity:6',
        '--problems',
        '9',
        '--out',
        at('no.json'),
      ],
      'recipe: data.clusters.1: parity at 6 is listed twice',
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
