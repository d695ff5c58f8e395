/** The report's reward by hand-worked numbers, the other terms, and their reasons as codes and as sentences. */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { sentence } from '../reason';
import { accuracy, cosineReward } from './accuracy';
import { answerFormat } from './answerFormat';
import { brevity } from './brevity';
import { rewardShape, rewardTermNamed, rewardTerms } from './index';
import { length } from './length';
import { partial } from './partial';
import { repetition } from './repetition';
import { stepCount } from './stepCount';
import { tagCount } from './tagCount';
import { type PlainTerm, partFault, partText, type RewardInput } from './term';
import { mostReward, openReward, type RewardFields, totalReward } from './total';

/** Fields of a recipe with their defaults: the report's weights and constants. */
const defaults = Object.fromEntries(
  Object.entries(rewardShape()).map(([name, field]) => [name, field.parse(undefined)]),
);
const report = { ...defaults, lMax: 31744, lPos: 25600, lNeg: 3702 } as RewardFields & {
  [K in keyof ReturnType<typeof rewardShape>]: ReturnType<ReturnType<typeof rewardShape>[K]['parse']>;
};
const input = (change: Partial<RewardInput>): RewardInput => ({
  prompt: '11=',
  expected: '0',
  text: '<think>1,0</think>0<|im_end|>',
  thought: '1,0',
  answer: '0',
  partial: 1,
  measures: {},
  length: 100,
  lMax: report.lMax,
  correct: true,
  ended: true,
  think: 'ok',
  thinkFault: null,
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
    expect(cosineReward(correct, length, report.lMax, report)).toBeCloseTo(value, 12);
  });

  it('penalises the missing end before the tags, each with its reason', () => {
    const thinkFault = { code: 'missing', values: { tag: '</think>' } } as const;
    const missing = { think: 'missing', thinkFault } as const;
    expect(accuracy.evaluate(input({ ended: false, ...missing }), report).value).toBe(-0.5);
    const part = accuracy.evaluate(input(missing), report);
    expect(part).toEqual({ value: -1, reason: thinkFault });
    expect(partText(accuracy, part, '')).toBe('format: </think> is missing');
    expect(accuracy.evaluate(input({ think: 'repeated' }), report).value).toBe(-1);
    expect(accuracy.evaluate(input({ think: 'order', correct: true }), report).value).toBe(-1);
  });

  it('takes other constants', () => {
    const other = { ...report, rightShort: 2, rightLong: 0, wrongShort: 0.25, wrongLong: -0.75 };
    const cosine = (correct: boolean, tokens: number) => cosineReward(correct, tokens, report.lMax, other);
    // half way along each cosine lies the mean of its ends
    expect(cosine(true, 28672)).toBeCloseTo(1, 12);
    expect(cosine(false, 1851)).toBeCloseTo(-0.25, 12);
    expect([0, 31744].map((tokens) => cosine(true, tokens))).toEqual([2, 0]);
    expect([0, 3702].map((tokens) => cosine(false, tokens))).toEqual([0.25, -0.75]);
    const faults = { ...report, missingEnd: -3, formatFault: -4 };
    const both = input({ ended: false, think: 'missing' });
    expect(accuracy.evaluate(both, faults).value).toBe(-3);
    expect(accuracy.evaluate(both, { ...faults, firstFault: 'format' }).value).toBe(-4);
    expect(accuracy.evaluate(input({ ended: false }), { ...faults, firstFault: 'format' }).value).toBe(-3);
  });

  it.each([
    [{ length: 100 }, {}, 'right', 'so; no length penalty (100 tokens)'],
    [{ length: 26000 }, {}, 'right_long_costs', 'so; past 25600 tokens a right answer earns less (26000 tokens)'],
    [{ length: 26000 }, { rightLong: 2 }, 'right_long_earns', 'so; past 25600 tokens a right answer earns more'],
    [{ length: 26000 }, { rightLong: 1 }, 'right_long_same', 'so; no length penalty past 25600 tokens'],
    [{ length: 9000, correct: false }, {}, 'wrong', 'so; 9000 tokens'],
    [{ correct: false }, {}, 'wrong_short_costs_more', 'so; under 3702 tokens a wrong answer loses more (100 tokens)'],
    [
      { correct: false },
      { wrongShort: 0 },
      'wrong_short_costs_less',
      'so; under 3702 tokens a wrong answer loses less',
    ],
    [{ correct: false }, { wrongShort: -0.5 }, 'wrong', 'so; 100 tokens'],
    [{ think: 'order' }, {}, 'tags', 'format: think tags: order'],
    [{ ended: false }, {}, 'cut_off', 'no end token: cut off at the budget'],
  ] as const)('of %j with %j says %s', (change, constants, code, text) => {
    const part = accuracy.evaluate(input(change), { ...report, ...constants });
    expect(part.reason.code).toBe(code);
    expect(partText(accuracy, part, 'so')).toContain(text);
  });

  it('lets a truncated answer beat a short wrong one', () => {
    const truncated = accuracy.evaluate(input({ ended: false, correct: false }), report).value;
    expect(truncated).toBeGreaterThan(accuracy.evaluate(input({ length: 5, correct: false }), report).value);
  });
});

describe('repetition', () => {
  const score = (text: string) => repetition.evaluate(input({ words: words(text) }), report);
  it('is 0 for what is short or does not repeat', () => {
    expect(score('a b c').value).toBe(0);
    expect(score('a b c d e f g h i j').value).toBe(0);
    expect(score(Array(5).fill('a b c d e').join(' ')).value).toBe(0);
  });

  it('counts 5-grams that occur more than 5 times', () => {
    // 11 words: one distinct 5-gram, 7 times: −max(1/1, 7 / (11/5))
    expect(score(Array(11).fill('a').join(' ')).value).toBeCloseTo(-35 / 11, 12);
    // "a b c d e" 6 times: 5 distinct 5-grams, one of them 6 times and the others 5: −max(1/5, 6 / (30/5))
    expect(score(Array(6).fill('a b c d e').join(' ')).value).toBeCloseTo(-1, 12);
    expect(score(Array(6).fill('a b c d e').join(' ')).reason).toEqual({
      code: 'repeated',
      values: { gram: 'a b c d e', times: 6, words: 30 },
    });
  });
});

it.each([
  [3, 2, 2],
  [40, 2, 8],
  [4, 3, 12],
])(
  'repetition of %d distinct words, more than %d times, %d-grams: as joined words count them',
  (distinct, often, n) => {
    const stream = random(4, 'words');
    for (let trial = 0; trial < 50; trial++) {
      const some = Array.from({ length: 30 }, () => String(stream.integer(1, distinct)));
      const all = [...some, ...some.slice(0, 20), ...some.slice(0, 20)];
      const grams = Array.from({ length: all.length - n + 1 }, (_, i) => all.slice(i, i + n).join(' '));
      const counts = [...new Set(grams)].map((gram) => grams.filter((other) => other === gram).length);
      const repeated = counts.filter((count) => count > often);
      const value = -Math.max(repeated.length / counts.length, Math.max(...repeated) / (all.length / n));
      const part = repetition.evaluate(input({ words: all }), { repetitionN: n, repetitionOften: often });
      expect(part.value).toBe(repeated.length === 0 ? 0 : value);
      const most = grams.find((gram) => grams.filter((other) => other === gram).length === Math.max(...counts));
      if (repeated.length > 0) expect(part.reason.values).toMatchObject({ gram: most, times: Math.max(...counts) });
    }
  },
);

it('repetition counts n-grams of another n, more than another often', () => {
  // "a b" 4 times and "b a" 3 times among 8 words: with n 2 and often 3, −max(1/2, 4 / (8/2))
  const twice = { ...report, repetitionN: 2, repetitionOften: 3 };
  const part = repetition.evaluate(input({ words: words('a b a b a b a b') }), twice);
  expect(part.value).toBe(-1);
  expect(sentence(repetition.words, part.reason)).toBe('"a b" 4 times among 8 words');
  const { reason } = repetition.evaluate(input({ words: words('a b a b a b') }), twice);
  expect(sentence(repetition.words, reason)).toBe('no 2-gram more than 3 times');
});

describe('the terms that the report does not have', () => {
  const small = { ...report, stepsTarget: 4 };
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
    const part = (term as PlainTerm).evaluate(input({ lMax: 24, ...change }), small);
    expect(part.value).toBe(value);
    expect(partFault(term, part)).toBeNull();
    expect(partText(term, part, 'so')).not.toMatch(/[{}]|undefined/);
  });

  it('say what they saw', () => {
    const text = (term: PlainTerm, change: Partial<RewardInput>) =>
      partText(term, term.evaluate(input({ lMax: 24, ...change }), small), '0 is right');
    expect(text(answerFormat, { correct: false, answer: '4a' })).toBe('4a has a small letter, as no answer here has');
    expect(text(answerFormat, { correct: false, answer: '4+' })).toBe('4+ has "+", as no answer here has');
    expect(text(tagCount, { text: '<think><think>' })).toBe('<think> occurs 2 ×, </think> 0 ×; once each is right');
    expect(text(partial, { partial: 0.5, measures: { gap: 0.25 } })).toBe('0 is right; 50 % of it, gap 0.25');
  });

  it('appear where they have a weight, in the order of the index', async () => {
    expect(new Set(rewardTerms.map(({ color }) => color)).size).toBe(rewardTerms.length);
    const fields = { ...report, accuracy: 0, length: 0.5, tagCount: -2 };
    const { total, parts } = totalReward(input({ length: 24, lMax: 48 }), await openReward(fields));
    expect(parts.map(({ name, weight, value }) => [name, weight, value])).toEqual([
      ['repetition', 1 / 13, 0],
      ['length', 0.5, 0.5],
      ['tagCount', -2, 1],
    ]);
    expect(total).toBe(-1.75);
    expect(() => rewardTermNamed('luck')).toThrow('reward term "luck" does not exist; use accuracy, repetition, ');
  });
});

it('adds up to at most 8/13', async () => {
  const { total, parts } = totalReward(input({}), await openReward(report));
  expect(total).toBeCloseTo(8 / 13, 12);
  expect(parts.map(({ name, weight }) => [name, weight])).toEqual([
    ['accuracy', 8 / 13],
    ['repetition', 1 / 13],
  ]);
});

describe('the most that a completion can earn', () => {
  it.each([
    [{}, 8 / 13],
    [{ accuracy: 0.5, rightShort: 0.2, rightLong: 3 }, 1.5],
    [{ accuracy: 0, brevity: 0.25, stepCount: 0.5 }, 0.75],
    [{ repetition: -1 }, null],
    [{ custom: 1, customSource: '() => 1' }, null],
  ])('with %j is %s', (fields, most) => {
    expect(mostReward({ ...report, ...fields })).toBe(most);
  });
});
