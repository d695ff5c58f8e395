/** The report's reward by hand-worked numbers, and what follows from its formulas. */
import { describe, expect, it } from 'vitest';
import { accuracy, cosineReward } from './accuracy';
import { answerFormat } from './answerFormat';
import { brevity } from './brevity';
import { length } from './length';
import { partial } from './partial';
import { repetition } from './repetition';
import { stepCount } from './stepCount';
import { tagCount } from './tagCount';
import { REPORT_CONSTANTS, type RewardInput } from './term';
import { REPORT_WEIGHTS, type RewardWeights, rewardNames, rewardTerms, totalReward } from './total';

/** The report's own constants. */
const limits = { ...REPORT_CONSTANTS, lMax: 31744, lPos: 25600, lNeg: 3702, custom: null };
const weighted = (weights: Partial<RewardWeights>) => ({ ...limits, weights: { ...REPORT_WEIGHTS, ...weights } });
const input = (change: Partial<RewardInput>): RewardInput => ({
  prompt: '11=',
  expected: '0',
  text: '<think>1,0</think>0<|im_end|>',
  thought: '1,0',
  answer: '0',
  partial: 1,
  measures: {},
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

  it('takes every constant of it otherwise', () => {
    const other = { ...limits, rightShort: 2, rightLong: 0, wrongShort: 0.25, wrongLong: -0.75 };
    // half way along each cosine stands the mean of its ends
    expect(cosineReward(true, 28672, other)).toBeCloseTo(1, 12);
    expect(cosineReward(false, 1851, other)).toBeCloseTo(-0.25, 12);
    expect([0, 31744].map((tokens) => cosineReward(true, tokens, other))).toEqual([2, 0]);
    expect([0, 3702].map((tokens) => cosineReward(false, tokens, other))).toEqual([0.25, -0.75]);
    const faults = { ...limits, missingEnd: -3, formatFault: -4 };
    const both = input({ ended: false, think: 'missing' });
    expect(accuracy.evaluate(both, faults).value).toBe(-3);
    expect(accuracy.evaluate(both, { ...faults, firstFault: 'format' }).value).toBe(-4);
    expect(accuracy.evaluate(input({ ended: false }), { ...faults, firstFault: 'format' }).value).toBe(-3);
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

it('repetition counts n-grams of another n, more than another often', () => {
  // "a b" 4 times and "b a" 3 times among 8 words: with n 2 and often 3, −max(1/2, 4 / (8/2))
  const twice = { ...limits, repetitionN: 2, repetitionOften: 3 };
  expect(repetition.evaluate(input({ words: words('a b a b a b a b') }), twice)).toEqual({
    value: -1,
    reason: '"a b" 4 times among 8 words',
  });
  expect(repetition.evaluate(input({ words: words('a b a b a b') }), twice).reason).toBe('no 2-gram more than 3 times');
});

describe('the terms beside the report', () => {
  const small = { ...limits, lMax: 24, stepsTarget: 4 };
  it.each([
    [length, { length: 6 }, 0.25],
    [length, { length: 24, correct: false, ended: false }, 1],
    [brevity, { length: 6, correct: false }, 0.75],
    [brevity, { length: 24, ended: false }, 0],
    [answerFormat, { correct: false, expected: '137', answer: '42' }, 1],
    [answerFormat, { correct: false, expected: '137', answer: ' 4a ' }, 0],
    [answerFormat, { correct: false, expected: '137', answer: '-4' }, 0],
    [answerFormat, { correct: false, expected: '137', answer: '4 2' }, 0],
    [answerFormat, { correct: false, expected: '(1+2)*3', answer: ' 2 \u00d7 3' }, 1],
    [answerFormat, { correct: false, expected: '-137', answer: '-4' }, 1],
    [answerFormat, { correct: false, expected: '137', answer: ' ' }, 0],
    [answerFormat, { correct: false, answer: null }, 0],
    [answerFormat, { correct: true, expected: 'UNSAT', answer: '1 -2' }, 1],
    [tagCount, {}, 1],
    [tagCount, { text: '<think>1' }, 0.5],
    [tagCount, { text: '<think><think>1</think>' }, 0.5],
    [tagCount, { text: '</think>1<think>' }, 1],
    [tagCount, { text: '0' }, 0],
    [stepCount, { thought: '5+4=9,6+8=14' }, 0.5],
    [stepCount, { thought: '0110' }, 0.25],
    [stepCount, { thought: ',, ;|\n' }, 0],
    [stepCount, { thought: 'a;b|c\nd,e,f' }, 1],
    [stepCount, { thought: null }, 0],
    [partial, { correct: false, partial: 0.625, measures: { gap: 0.1 } }, 0.625],
  ])('$name of %j', (term, change, value) => {
    const part = term.evaluate(input(change), small);
    expect(part.value).toBe(value);
    expect(part.reason.length).toBeGreaterThan(0);
  });

  it('say what they saw', () => {
    expect(answerFormat.evaluate(input({ correct: false, answer: '4a' }), small).reason).toContain('a small letter');
    expect(tagCount.evaluate(input({ text: '<think><think>' }), small).reason).toBe(
      '<think> stands 2 times, </think> stands 0 times',
    );
    expect(partial.evaluate(input({ partial: 0.5, measures: { gap: 0.25 } }), small).reason).toBe(
      '0 is right; 50 % of it, gap 0.25',
    );
  });

  it('stand under their own names, and appear where they have a weight, in that order', () => {
    expect(rewardNames.map((name) => rewardTerms[name].name)).toEqual(rewardNames);
    const { total, parts } = totalReward(input({ length: 24 }), {
      ...weighted({ accuracy: 0, length: 0.5, tagCount: -2 }),
      lMax: 48,
    });
    expect(parts.map(({ name, weight, value }) => [name, weight, value])).toEqual([
      ['repetition', 1 / 13, 0],
      ['length', 0.5, 0.5],
      ['tagCount', -2, 1],
    ]);
    expect(total).toBe(-1.75);
  });
});

it('adds up to at most 8/13', () => {
  const { total, parts } = totalReward(input({}), weighted({}));
  expect(total).toBeCloseTo(8 / 13, 12);
  expect(parts.map(({ name, weight }) => [name, weight])).toEqual([
    ['accuracy', 8 / 13],
    ['repetition', 1 / 13],
  ]);
  expect(parts.every(({ reason }) => reason.length > 0)).toBe(true);
});
