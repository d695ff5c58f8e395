/** The report's reward by hand-worked numbers, and what follows from its formulas. */
import { describe, expect, it } from 'vitest';
import { accuracy, cosineReward } from './accuracy';
import { repetition } from './repetition';
import type { RewardInput } from './term';
import { totalReward } from './total';

/** The report's own constants. */
const limits = { lMax: 31744, lPos: 25600, lNeg: 3702 };
const input = (change: Partial<RewardInput>): RewardInput => ({
  length: 100,
  correct: true,
  correctReason: '0 is right',
  ended: true,
  think: 'ok',
  thinkFault: '',
  words: [],
  ...change,
});
const words = (text: string) => text.split(' ');

describe('accuracy', () => {
  it.each([
    [true, 0, 1],
    [true, 25600, 1],
    [true, 28672, 0.75], // half way from L_pos to L_max: cos π/2
    [true, 31744, 0.5],
    [true, 99999, 0.5],
    [false, 0, -1],
    [false, 1851, -0.75],
    [false, 3702, -0.5],
    [false, 31744, -0.5],
  ])('right %s at %i tokens earns %f', (correct, length, value) => {
    expect(cosineReward(correct, length, limits)).toBeCloseTo(value, 12);
  });

  it('overrides: the missing end comes first, then the tags, each with its reason', () => {
    const missing = { think: 'missing', thinkFault: '</think> is missing' } as const;
    expect(accuracy.evaluate(input({ ended: false, ...missing }), limits).value).toBe(-0.5);
    expect(accuracy.evaluate(input(missing), limits)).toEqual({ value: -1, reason: 'format: </think> is missing' });
    expect(accuracy.evaluate(input({ think: 'repeated' }), limits).value).toBe(-1);
    expect(accuracy.evaluate(input({ think: 'order', correct: true }), limits).value).toBe(-1);
  });

  it('lets a truncated answer beat a short wrong one', () => {
    const truncated = accuracy.evaluate(input({ ended: false, correct: false }), limits).value;
    expect(truncated).toBeGreaterThan(accuracy.evaluate(input({ length: 5, correct: false }), limits).value);
  });
});

describe('repetition', () => {
  const score = (text: string) => repetition.evaluate(input({ words: words(text) }), limits);
  it('is 0 for what is short or does not repeat', () => {
    expect(score('a b c').value).toBe(0);
    expect(score('a b c d e f g h i j').value).toBe(0);
    expect(score(Array(5).fill('a b c d e').join(' ')).value).toBe(0);
  });

  it('counts 5-grams that stand more than 5 times', () => {
    // 11 words: one distinct 5-gram, 7 times: −max(1/1, 7 / (11/5))
    expect(score(Array(11).fill('a').join(' ')).value).toBeCloseTo(-35 / 11, 12);
    // "a b c d e" 6 times: 5 distinct 5-grams, one of them 6 times and the others 5: −max(1/5, 6 / (30/5))
    expect(score(Array(6).fill('a b c d e').join(' ')).value).toBeCloseTo(-1, 12);
    expect(score(Array(6).fill('a b c d e').join(' ')).reason).toBe('"a b c d e" 6 times among 30 words');
  });
});

it('adds up to at most 8/13', () => {
  const { total, parts } = totalReward(input({}), limits);
  expect(total).toBeCloseTo(8 / 13, 12);
  expect(parts.map(({ name, weight }) => [name, weight])).toEqual([
    ['accuracy', 8 / 13],
    ['repetition', 1 / 13],
  ]);
  expect(parts.every(({ reason }) => reason.length > 0)).toBe(true);
});
