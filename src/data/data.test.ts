import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { taskByName } from '../tasks';
import { pack, sortByToken, splitByRows } from './packing';
import { drawProblem, heldOutProblems, splitOf } from './problems';

describe('packing', () => {
  it('lays sequences end to end; positions restart; the last token is a target alone', () => {
    const packed = pack([[5, 6, 7], [9], [1, 2]]);
    expect(packed.tokens).toBe(3);
    expect([...packed.ids]).toEqual([5, 6, 1]);
    expect([...packed.targets]).toEqual([6, 7, 2]);
    expect([...packed.positions]).toEqual([0, 1, 0]);
    expect([...packed.starts]).toEqual([0, 0, 2]);
    expect([...packed.ends]).toEqual([2, 2, 3]);
    expect(packed.firstRows).toEqual([0, 2, 2]);
    expect([...pack([[5, 6]], true).ids]).toEqual([5, 6]);
  });

  it('sorts rows by token, ascending within a token', () => {
    const { order, offsets } = sortByToken(Uint32Array.of(2, 0, 2, 1), 4);
    expect([...order]).toEqual([1, 3, 0, 2]);
    expect([...offsets]).toEqual([0, 1, 2, 4, 4]);
  });

  it('splits in order and wastes at most one sequence a batch', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => 17 + ((i * 7) % 20));
    const batches = splitByRows(lengths, (n) => n, 1024);
    expect(batches.flat()).toEqual(lengths);
    const rows = batches.slice(0, -1).map((batch) => batch.reduce((a, b) => a + b, 0));
    expect(Math.min(...rows) / 1024).toBeGreaterThanOrEqual(0.95);
    expect(() => splitByRows([9], (n) => n, 8)).toThrow('a sequence of 9 tokens does not fit a batch of 8');
  });
});

describe('problems', () => {
  const parity = taskByName('parity');
  it('holds an eighth out, the answer having no part in the choice', () => {
    const stream = random(1, 'split');
    const drawn = Array.from({ length: 4000 }, () => parity.generate(stream, 12));
    const heldOut = drawn.filter(({ prompt }) => splitOf(prompt) === 'heldout');
    expect(heldOut.length / drawn.length).toBeCloseTo(1 / 8, 1);
    expect(heldOut.filter(({ answer }) => answer === '1').length / heldOut.length).toBeCloseTo(0.5, 1);
  });

  it('never trains on what it evaluates', () => {
    const heldOut = new Set(heldOutProblems(parity, 8, 24, 3).map(({ prompt }) => prompt));
    expect(heldOut.size).toBe(24);
    const stream = random(3, 'sft');
    for (let i = 0; i < 2000; i++) expect(heldOut.has(drawProblem(parity, 8, 'train', stream).prompt)).toBe(false);
  });
});
