/** Commands about problems and single computations: data, verify, own problems, probe. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenFolder, untied } from '../model/goldens.fixture';
import { at, lab, lines, train, write } from './cli.fixture';

describe('data and verify', () => {
  it.each(['parity', 'addition', 'calendar', 'maze', 'spatial', 'units', 'stack'])(
    '%s traces verify, line by line',
    async (task) => {
      const problems = lines(await lab('data', '--task', task, '-n', '5', '--seed', '2')) as {
        problem: unknown;
        traces: { completion: string }[];
      }[];
      const pairs = problems.flatMap(({ problem, traces }) =>
        traces.map(({ completion }) => ({ problem, completion })),
      );
      const file = write(
        `${task}.jsonl`,
        [...pairs, { problem: pairs[0]!.problem, completion: '<think></think>x' }]
          .map((p) => JSON.stringify(p))
          .join('\n'),
      );
      const verdicts = lines(await lab('verify', '--task', task, '--in', file));
      expect(verdicts.map(({ correct }) => correct)).toEqual([...pairs.map(() => true), false]);
      expect(verdicts.every(({ reason }) => typeof reason === 'string' && reason.length > 0)).toBe(true);
    },
  );
});

describe('own problems', () => {
  const sums = Array.from({ length: 40 }, (_, i) => ({ prompt: `${i}+1=`, answer: `${i + 1}`, trace: `1+${i}` }));
  const jsonl = (name: string, rows: readonly unknown[]) =>
    write(name, rows.map((row) => JSON.stringify(row)).join('\n'));
  const data = jsonl('sums.jsonl', sums);

  it('are trained on, evaluated, printed and judged; the recipe carries them after training', async () => {
    const trained = await train('own', '--data', data, '--match', 'numeric', '--set', 'own.tolerance=0.5');
    expect(trained.code, trained.error).toBe(0);
    const recipe = JSON.parse(readFileSync(at('own/recipe.json'), 'utf8')) as Record<string, unknown>;
    expect(recipe).toMatchObject({
      name: 'own',
      task: { name: 'own', level: 1 },
      own: { problems: sums, match: 'numeric', tolerance: 0.5 },
    });
    const evaluated = ['eval', '--model', at('own'), '--task', 'own', '--runs', '1', '--problems', '3', '--json'];
    const [fromRecipe, fromFile] = [await lab(...evaluated), await lab(...evaluated, '--data', data)];
    expect(lines(fromRecipe)[0]).toMatchObject({ task: 'own', level: 1, problems: 3 });
    expect(fromFile.code, fromFile.error).toBe(0);

    const recording = [...evaluated, '--out', at('own-runs.jsonl'), '--data'];
    expect((await lab(...recording, data)).code).toBe(0);
    const others = sums.map((line) => ({ ...line, answer: `${line.answer}.0` }));
    const changed = await lab(...recording, jsonl('sums-changed.jsonl', others));
    expect(changed.error).toMatch(
      /own-runs.jsonl is of another evaluation: instances is "[0-9a-f]+" there, "[0-9a-f]+" here/,
    );
    expect(changed.code).toBe(2);

    const written = lines(await lab('data', '--task', 'own', '--data', data, '-n', '4')) as {
      prompt: string;
      problem: unknown;
      traces: { completion: string }[];
    }[];
    const pairs = written.map(({ problem, traces }) => ({ problem, completion: traces[1]!.completion }));
    const judged = lines(await lab('verify', '--task', 'own', '--in', jsonl('own-pairs.jsonl', pairs)));
    expect(judged.map(({ correct }) => correct)).toEqual([true, true, true, true]);
    const named = jsonl('own-named.jsonl', [
      { problem: { prompt: '7+1=' }, completion: '8.4' },
      { problem: { prompt: '7+1=' }, completion: '8.6' },
    ]);
    const verdicts = await lab(
      ...['verify', '--task', 'own', '--data', data, '--match', 'numeric'],
      '--tolerance',
      '0.5',
      '--in',
      named,
    );
    expect(lines(verdicts).map(({ correct }) => correct)).toEqual([true, false]);
  });

  const own = (file: string, ...more: string[]) => ['data', '--task', 'own', '--data', file, ...more];
  it.each([
    ['no file', ['data', '--task', 'own'], '--data is missing: the task own needs a file of problems'],
    ['a file for another task', ['data', '--task', 'maze', '--data', data], 'not for maze'],
    ['a line that is not JSON', own(write('own-json.jsonl', '{"prompt":"1","answer":"1"}\n\n{')), 'line 3 is not JSON'],
    ['a missing field', own(jsonl('own-field.jsonl', [{ prompt: '1' }])), 'line 1: answer: '],
    ['an unknown field', own(jsonl('own-key.jsonl', [{ prompt: '1', answer: '1', trce: '' }])), '"trce"'],
    [
      'a character outside the vocabulary',
      own(jsonl('own-char.jsonl', [sums[0], { prompt: 'né', answer: '1' }])),
      'line 2: prompt: character "é" at position 2 is outside the vocabulary',
    ],
    [
      'a tolerance for another match',
      own(data, '--match', 'exact', '--tolerance', '0.5'),
      '--tolerance needs --match numeric; the match is exact',
    ],
    [
      'an unknown match',
      own(data, '--match', 'fuzzy'),
      '--match: "fuzzy" is unknown; use one of exact, numeric, regex',
    ],
    [
      'too few to hold some out',
      ['train', '--recipe', 'parity-8-nano', '--out', at('no'), '--data', jsonl('own-few.jsonl', sums.slice(0, 1))],
      'none of the 1 problems of level 1',
    ],
    [
      'more than a recipe carries',
      own(
        jsonl(
          'own-many.jsonl',
          Array.from({ length: 2001 }, (_, i) => ({ prompt: `${i}`, answer: '1' })),
        ),
      ),
      'line 2001: the file has more than 2000 problems',
    ],
  ])('%s', async (_, args, message) => {
    const ended = await lab(...args);
    expect(ended.error).toContain(message);
    expect(ended.error).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(2);
  });
});

describe('probe', () => {
  it('reward returns one result for one object, and an array for an array', async () => {
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

  it('reward takes other constants, weights and a custom term, and returns reasons', async () => {
    const input = {
      l_max: 24,
      l_pos: 19,
      l_neg: 8,
      missing_end: -0.25,
      weights: { accuracy: 1, stepCount: 2, custom: -1 },
      custom_source: '(rollout) => ({ value: rollout.length / 4, reason: rollout.thought })',
      cases: [{ length: 24, correct: false, ended: false, think: 'ok', words: [], thought: 'a,b' }],
    };
    const probe = (change: object) =>
      lab('probe', 'reward', '--in', write('c.json', JSON.stringify({ ...input, ...change })), '--out', at('co.json'));
    expect((await probe({})).code).toBe(0);
    const { cases } = JSON.parse(readFileSync(at('co.json'), 'utf8')) as { cases: Record<string, unknown>[] };
    expect(cases[0]).toEqual({
      accuracy: -0.25,
      repetition: 0,
      stepCount: 2 / 3,
      custom: 6,
      total: -0.25 + 4 / 3 - 6,
      reasons: expect.objectContaining({ stepCount: '2 of 3 steps', custom: 'a,b' }),
    });
    const refused = await probe({ custom_source: '(rollout) => {' });
    expect(refused.error).toContain('custom_source: line 1, column 15: ');
    expect(refused.code).toBe(2);
  });

  it('refuses numbers whose sum would be infinite, and names the field', async () => {
    const reward = (change: object) =>
      lab(
        ...['probe', 'reward', '--out', at('ro.json'), '--in'],
        write('inf.json', JSON.stringify({ l_max: 24, l_pos: 19, l_neg: 8, cases: [], ...change })),
      );
    for (const [change, message] of [
      [{ right_short: 1.7e308 }, 'right_short: is 1.7e+308; use '],
      [{ weights: { accuracy: 1e308 } }, 'weights.accuracy: is 1e+308; use '],
    ] as const)
      expect(await reward(change)).toMatchObject({ code: 2, error: expect.stringContaining(message) });
  });

  it('sample prints completions with log-probabilities', async () => {
    const model = goldenFolder(untied);
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
