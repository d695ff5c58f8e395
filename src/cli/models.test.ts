/** Commands that train and use models: the files that they write, and the same numbers for the same seed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODEL_FILES } from '../formats/model';
import { nodeFiles } from '../runs/nodeFiles';
import { RunFolder } from '../runs/runFolder';
import { at, lab, labProcess, lines, train, training, weightsOf, write } from './cli.fixture';

describe('train in f16', () => {
  it('is refused with field and device if the device has none', async () => {
    const { code, error } = await train('half', '--adapter', 'cpu', '--set', 'precision=f16');
    expect(code).toBe(2);
    expect(error).toContain('error: precision: CPU reference has no f16 in buffers');
    expect(existsSync(at('half'))).toBe(false);
  });
});

describe('train, sample, eval', () => {
  it('write a folder that the other commands read, identical for the same seed', async () => {
    const first = await labProcess(...training('first', '--seed', '3'));
    const second = await train('second', '--seed', '3');
    expect([first.code, second.code], first.error).toEqual([0, 0]);
    expect(readdirSync(at('first')).sort()).toEqual(
      ['checkpoints', 'events.jsonl', 'manifest.json', 'meta.json', 'recipe.json', 'summary.json'].sort(),
    );
    expect(readdirSync(at('first/checkpoints'))).toEqual(['grpo-0', 'grpo-2', 'sft-4']);
    expect(readdirSync(at('first/checkpoints/grpo-2'))).toEqual(expect.arrayContaining([...MODEL_FILES]));
    expect(weightsOf(at('second'), 'grpo-2').equals(weightsOf(at('first'), 'grpo-2'))).toBe(true);
    const { meta, journal } = await RunFolder.open(nodeFiles(at('first')));
    expect(meta).toMatchObject({ title: 'Parity of 8 bits, quick', parent: null });
    expect((await journal.event(journal.find('grpo-1')!)).text).toContain('"sampler_logprobs":{"f32":"');
    const summary = JSON.parse(readFileSync(at('first/summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary).toMatchObject({ recipe: 'parity-8-nano', seed: 3, sft: { steps: 4 }, grpo: { steps: 2 } });
    expect(summary.memory).toEqual({ estimated_bytes: expect.any(Number), peak_bytes: expect.any(Number) });
    expect(first.error).toMatch(/ETA \d+:\d\d/);
    expect(first.error).toMatch(/needs about [\d.]+ MiB of device memory/);

    const sampling = ['--model', at('first'), '--prompt', '11010110=', '-n', '3', '--seed', '7', '--json'];
    await lab('sample', ...sampling); // measures its kernels now, because another test may measure the same ones later
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

  it('eval continues a record with the same numbers, and refuses another evaluation', async () => {
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
    write('runs.jsonl', `${header}\n${first}\n${second!.slice(0, 40)}`); // cut within the second run
    const resumed = await evaluate('--runs', '3', ...file);
    expect(resumed.out).toBe(whole.out);
    expect(readFileSync(at('runs.jsonl'), 'utf8')).toBe(recorded);

    const other = await evaluate('--runs', '3', '--temperature', '1', ...file);
    expect(other.code).toBe(2);
    expect(other.error).toContain('is of another evaluation: temperature is 0.8 there, 1 here');
    expect(readFileSync(at('runs.jsonl'), 'utf8')).toBe(recorded);
  });

  const few = ['--problems', '5', '--runs', '2', '--temperature', '1'];

  it('compare measures the difference of two models, and continues its records', async () => {
    const last = await train('third', '--seed', '4');
    expect(last.code, last.error).toBe(0);
    const comparing = ['--a', at('first'), '--b', at('third'), '--task', 'parity', ...few];
    const compared = await lab('compare', ...comparing, '--json');
    expect(compared.code, compared.error).toBe(0);
    const printed = lines(compared)[0] as Record<string, number>;
    expect(printed).toMatchObject({ task: 'parity', level: 8, problems: 5, interval: { confidence: 0.95 } });
    expect(printed.difference).toBeCloseTo(printed.b! - printed.a!, 12);
    const kept = ['--out', at('compared')];
    expect((await lab('compare', ...comparing, ...kept, '--json')).out).toBe(compared.out);
    const files = readdirSync(at('compared'));
    expect(files).toHaveLength(2); // one per model
    const whole = readFileSync(at(`compared/${files[0]}`), 'utf8');
    write(`compared/${files[0]}`, whole.slice(0, whole.lastIndexOf('\n', whole.length - 2) + 1)); // without its last run
    expect((await lab('compare', ...comparing, ...kept)).out).toContain('95 % interval from');
    expect(readFileSync(at(`compared/${files[0]}`), 'utf8')).toBe(whole);
    const other = await lab('compare', ...comparing, ...kept, '--seed', '5', '--problem-seed', '0');
    expect(other.error).toMatch(/compared.*is of another evaluation: seed is 0 there, 5 here/);
    expect(other.code).toBe(2);
  });

  it('transfer evaluates models on tasks, and records the runs of each pair', async () => {
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
    expect(readdirSync(at('matrix'))).toHaveLength(4); // one per model and task
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

  it('train on the CPU reference if it is named', async () => {
    const ended = await train('cpu', '--adapter', 'cpu', '--set', 'sft.steps=1', '--set', 'grpo.steps=0');
    expect(ended.code, ended.error).toBe(0);
    expect(JSON.parse(readFileSync(at('cpu/summary.json'), 'utf8'))).toMatchObject({ adapter: 'CPU reference' });
  });
});
