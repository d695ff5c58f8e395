/** Reading of result files, and refusal of faulty ones. */
import { describe, expect, it } from 'vitest';
import { parseIndex, parseResult, type ResultInput, resultToText, spreadOf } from './results';

const result = (): ResultInput => ({
  id: 'E3',
  title: 'A short GRPO run',
  finding: 'a short GRPO run raises accuracy further',
  report: 'AIME 25: 63.1 → 78.0',
  command: 'npm run lab -- reproduce E3 --seeds 0,1,2',
  seeds: [0, 1, 2],
  adapter: 'CPU reference',
  date: '2025-04-30',
  commit: 'abc1234',
  seconds: 12,
  columns: [
    { title: 'accuracy', unit: 'share' },
    { title: 'length', unit: 'tokens' },
  ],
  rows: [
    { arm: 'base', recipe: null, cells: [spreadOf([0, 0, 0.01]), null] },
    { arm: 'SFT', recipe: 'parity-12', set: { 'grpo.steps': 0 }, cells: [spreadOf([0.5, 0.6, 0.4]), spreadOf([4])] },
  ],
  matrix: {
    unit: 'share',
    rowsAre: 'trained on',
    columnsAre: 'evaluated on',
    rows: ['parity'],
    columns: ['parity', 'maze'],
    cells: [[spreadOf([1]), null]],
  },
  curves: [{ arm: 'GRPO', x: 'step', y: 'tokens', lines: [[[1, 4] as [number, number]]] }],
  verdict: 'agrees',
  found: 'it does',
  why: 'few tokens',
});

describe('a result file', () => {
  it('is read as it was written, with defaults filled in', () => {
    const read = parseResult(resultToText(result()), 'E3.json');
    expect(read).toEqual({ ...result(), rows: [{ ...result().rows[0], set: {} }, result().rows[1]] });
    const { mean, sd, n } = read.rows[1]!.cells[0]!;
    expect([mean, n]).toEqual([0.5, 3]);
    expect(sd).toBeCloseTo(0.1, 12); // of 0.4, 0.5, 0.6
  });

  it('has no deviation over one seed, and refuses 0 in its place', () => {
    expect(spreadOf([4])).toEqual({ mean: 4, sd: null, n: 1, values: [4] });
    expect(spreadOf([4, 4]).sd).toBe(0);
    expect(
      refused((one) => {
        one.rows[1]!.cells[1]!.sd = 0;
      }),
    ).toThrow('results/E3.json: rows.1.cells.1.sd: is 0, but the values give null');
  });

  const refused = (change: (one: Record<string, never> & ResultInput) => void) => {
    const one = result();
    change(one as never);
    return () => parseResult(JSON.stringify(one), 'results/E3.json');
  };

  it('is refused with file and field if a mean does not follow from its values', () => {
    expect(
      refused((one) => {
        one.rows[1]!.cells[0]!.mean = 0.9;
      }),
    ).toThrow(/^results\/E3\.json: rows\.1\.cells\.0\.mean: is 0\.9, but the values give 0\.5$/);
  });

  it('is refused with the name of a missing, unknown or mismatched field', () => {
    expect(refused((one) => Reflect.deleteProperty(one, 'why'))).toThrow(/E3\.json: why: /);
    expect(refused((one) => Object.assign(one, { extra: 1 }))).toThrow(/extra/);
    expect(refused((one) => one.rows[0]!.cells.pop())).toThrow(/rows\.0\.cells: has length 1; use 2, one per column/);
    expect(refused((one) => one.matrix!.cells[0]!.pop())).toThrow(
      /matrix\.cells\.0: has length 1; use 2, one per column/,
    );
    expect(() => resultToText({ ...result(), verdict: 'maybe' as never })).toThrow(/result E3: verdict/);
    expect(() => parseResult('<!doctype html>', 'E3.json')).toThrow(/^E3\.json is not JSON/);
  });

  it('is listed by its id', () => {
    expect(parseIndex('["E1","E3"]', 'index.json')).toEqual(['E1', 'E3']);
    expect(() => parseIndex('["E3","E3"]', 'index.json')).toThrow('index.json: 1: "E3" is listed twice; keep one');
    expect(() => parseIndex('["../secret"]', 'index.json')).toThrow(
      /index\.json: 0: has characters other than letters, digits and dashes/,
    );
  });
});
