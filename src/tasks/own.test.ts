import '../re2';
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { OWN_LIMITS, type OwnLine, ownFaults, ownJudge, ownTask } from './own';
import { taskProperties } from './properties.fixture';

/** Sums as a user would write them, some with a trace, some with a whole completion. */
const sums: OwnLine[] = Array.from({ length: 120 }, (_, i) => {
  const [a, b] = [i % 12, Math.floor(i / 12)];
  const line = { prompt: `${a}+${b}=`, answer: String(a + b) };
  if (i % 3 === 0) return line;
  return { ...line, trace: i % 3 === 1 ? `${b}+${a}` : `<think>${b} and ${a}</think>${a + b}` };
});
const NEAR = ['1', '01', '7.0', '+7', '-7', '7e0', 'x', '٧', '7'.repeat(100_000), '7\n7'];

taskProperties(ownTask({ problems: sums, match: 'exact', tolerance: 0 }), {
  isRight: ({ prompt }, answer) => {
    const [a, b] = prompt.slice(0, -1).split('+').map(Number);
    return answer === String(a! + b!);
  },
  mutations: () => NEAR,
});

describe('own problems', () => {
  const faults = (problems: OwnLine[], match: 'exact' | 'numeric' | 'regex' = 'exact') =>
    ownFaults({ problems, match, tolerance: 0 }).map(({ index, field, message }) => `${index} ${field}: ${message}`);
  const correct = (problem: Record<string, unknown>, answer: string) =>
    ownJudge.verify(ownJudge.problemSchema.parse({ prompt: '?', ...problem }), answer).correct;

  it('match numbers within the tolerance, in plain digits alone', () => {
    const third = { answer: '0.333', match: 'numeric', tolerance: 0.001 };
    for (const right of ['0.333', '.333', '0.3335', '3.33e-1', '+0.334', ' 0.332 '])
      expect(correct(third, right), right).toBe(true);
    for (const wrong of ['0.3351', '1/3', '0x0', '', '.', 'NaN', 'Infinity', '0,333', '0.333 0.333', '0.333x', '٠'])
      expect(correct(third, wrong), wrong).toBe(false);
    expect(correct({ answer: '1', match: 'numeric', tolerance: 0.1 }, '1.1')).toBe(true);
    expect(correct({ answer: '1', match: 'numeric' }, '1.0')).toBe(true);
    expect(correct({ answer: '1', match: 'numeric' }, '1.0000001')).toBe(false);
    const verdict = ownJudge.verify(ownJudge.problemSchema.parse({ prompt: '?', ...third }), '1.333');
    expect(verdict.measures?.distance).toBeCloseTo(1, 9);
  });

  it.each([
    ['9007199254740993', ['9007199254740993', '+9007199254740993.0', '9007199254740993e0'], ['9007199254740992']],
    ['2432902008176640000', ['2432902008176640000', '2.43290200817664e18'], ['2432902008176640001']],
    ['12345678901234567890', ['12345678901234567890'], ['12345678901234567168']],
    ['0', ['0', '-0', '0e999', '.0'], ['1e-400', '-1e-999']],
    ['0.3', ['0.3', '.30', '3e-1'], ['0.30000000000000001']],
    ['1e999', ['1e999', '10e998'], ['1e998', '1e9999', '1e999999999']],
  ])('compare numbers as decimals: %s', (answer, right, wrong) => {
    for (const given of right) expect(correct({ answer, match: 'numeric' }, given), given).toBe(true);
    for (const given of wrong) expect(correct({ answer, match: 'numeric' }, given), given).toBe(false);
  });

  it('take an answer for right however it is spaced and written, and join nothing that spaces part', () => {
    const problem = (answer: string, match = 'exact') => ({ answer, match });
    for (const right of ['4*3*2', ' 4 * 3 * 2', '4\u00a0× 3⋅2', '4*3 *2\n'])
      expect(correct(problem('4 * 3*2'), right), right).toBe(true);
    for (const right of ['New York', 'new  york', ' NEW\u202fYORK'])
      expect(correct(problem('New York'), right), right).toBe(true);
    for (const right of ['-5', '\u22125', '- 5', '\u2013 5'])
      for (const match of ['exact', 'numeric']) expect(correct(problem('-5', match), right), right).toBe(true);
    expect(correct({ answer: '-5', pattern: '-[0-9]', match: 'regex' }, '\u00a0\u22125')).toBe(true);
    for (const [answer, wrong] of [
      ['12', '1 2'],
      ['1 2', '12'],
      ['3.5', '3. 5'],
      ['now here', 'nowhere'],
      ['-5', '5'],
    ] as const)
      expect(correct(problem(answer), wrong), wrong).toBe(false);
    for (const wrong of ['1 2', '1\u00a02', '1. 2', '+ -12'])
      expect(correct(problem('12', 'numeric'), wrong)).toBe(false);
  });

  it('hold answers for one vote where the verifier does', () => {
    const isSame = (match: string, a: string, b: string, more: Record<string, unknown> = {}) =>
      ownJudge.isSame!(ownJudge.problemSchema.parse({ prompt: '?', answer: '8', match, ...more }), a, b);
    for (const b of ['8.0', '+8', ' 8 ', '80e-1']) {
      expect(isSame('numeric', '8', b), b).toBe(true);
      expect(isSame('numeric', b, '8'), b).toBe(true);
    }
    expect([isSame('numeric', '8', '8.1'), isSame('numeric', '8', 'x'), isSame('numeric', 'x', 'X ')]).toEqual([
      false,
      false,
      true,
    ]);
    expect([
      isSame('numeric', '8', '8.1', { tolerance: 0.1 }),
      isSame('numeric', '8', '8.2', { tolerance: 0.1 }),
    ]).toEqual([true, false]);
    expect([isSame('exact', '8', '8.0'), isSame('exact', '8', ' 8 ')]).toEqual([false, true]);
    expect([isSame('regex', '8', '08', { pattern: '0?8' }), isSame('regex', '8 ', '8')]).toEqual([false, true]);
  });

  it('compare with a tolerance exactly, at any size', () => {
    const near = (answer: string, tolerance: number, given: string) =>
      correct({ answer, match: 'numeric', tolerance }, given);
    expect([near('9007199254740993', 1, '9007199254740992'), near('9007199254740993', 1, '9007199254740991')]).toEqual([
      true,
      false,
    ]);
    expect([near('1', 0.1, '1.1'), near('1', 0.1, '1.10000000000000000001'), near('0', 1e-7, '1e-7')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('match expressions over the whole answer, in time linear in it', () => {
    const yes = { answer: 'yes', pattern: 'y|yes|aye', match: 'regex' };
    for (const right of ['y', 'yes', 'aye', ' yes\n']) expect(correct(yes, right), right).toBe(true);
    for (const wrong of ['yess', 'no yes', 'YES', '', 'y|yes', 'yes no'])
      expect(correct(yes, wrong), wrong).toBe(false);
    const began = performance.now();
    expect(correct({ answer: 'a', pattern: '(a+)+', match: 'regex' }, `${'a'.repeat(900)}!`)).toBe(false);
    expect(correct({ answer: 'a', pattern: '(a*)*b|a', match: 'regex' }, 'a'.repeat(999))).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000); // a backtracking engine would need longer than the universe has
  });

  it('fall back to the next simpler trace', () => {
    const kinds = (line: Partial<OwnLine>, match: 'exact' | 'regex' = 'exact') => {
      const task = ownTask({ problems: [{ prompt: 'q', answer: 'a', ...line }], match, tolerance: 0 });
      return task.traces(task.generate(random(0), 1)).map(({ completion }) => completion);
    };
    const short = '<think></think>a';
    expect(kinds({})).toEqual([short, short, short]);
    expect(kinds({ trace: 'hm' })).toEqual([short, '<think>hm</think>a', '<think>hm</think>a']);
    expect(kinds({ answer: 'a|b', trace: '<think>hm</think>b' }, 'regex').slice(0, 2)).toEqual([
      '<think></think>b',
      '<think>hm</think>b',
    ]);
  });

  it('keep to their levels', () => {
    const problems = [1, 1, 3].map((level, i) => ({ prompt: `${level}${'?'.repeat(i + 1)}`, answer: 'a', level }));
    const task = ownTask({ problems, match: 'exact', tolerance: 0 });
    expect(task.level).toMatchObject({ min: 1, max: 3, initial: 1 });
    for (let seed = 0; seed < 20; seed++) expect(task.generate(random(seed), 3).prompt).toBe('3???');
    expect([task.longestPrompt(1), task.longestPrompt(3)]).toEqual([3, 4]);
    expect(() => task.generate(random(0), 2)).toThrow('own has no problems of level 2; there are 1, 3');
  });

  it.each([
    [{ prompt: 'caf\u00e9', answer: '1' }, 'exact', '0 prompt: character "é" at position 4 is outside the vocabulary'],
    [{ prompt: '1', answer: 'a\u{1f600}' }, 'exact', '0 answer: character "😀" at position 2'],
    [{ prompt: '<|im_end|>', answer: '1' }, 'exact', "0 prompt: <|im_end|> is the template's"],
    [{ prompt: '1', answer: '</think>1' }, 'exact', "0 answer: </think> is the template's"],
    [{ prompt: '1', answer: '1', trace: '<think>1' }, 'exact', '0 trace: </think> is missing'],
    [{ prompt: '1', answer: '1', trace: '<think>1</think>2' }, 'exact', '0 trace: ends on "2", which is not right'],
    [
      { prompt: '1', answer: '1', trace: '<think>1</think>1<|im_end|>' },
      'exact',
      '0 trace: <|im_end|> is added by itself',
    ],
    [{ prompt: '1', answer: 'one' }, 'numeric', '0 answer: "one" is no number'],
    [{ prompt: '1', answer: '1', pattern: '1' }, 'exact', '0 pattern: is for regex'],
    [{ prompt: '1', answer: '(1' }, 'regex', '0 answer: no regular expression of RE2: '],
    [{ prompt: '1', answer: '1', pattern: '(1)\\1' }, 'regex', '0 pattern: no regular expression of RE2: '],
    [
      { prompt: '1', answer: 'a|b' },
      'regex',
      '0 answer: "a|b" does not match itself: give the expression as "pattern"',
    ],
    [{ prompt: '1', answer: 'c', pattern: 'a|b' }, 'regex', '0 answer: "c" does not match the pattern "a|b"'],
  ] as const)('refuse %j (%s)', (line, match, message) => {
    expect(faults([line], match)[0]).toContain(message);
  });

  it('refuse a prompt that occurs twice, and more text than a recipe should carry', () => {
    const line = { prompt: '1', answer: '1' };
    expect(faults([line, line])).toEqual(['1 prompt: is that of problem 1 already']);
    const long = Array.from({ length: 100 }, (_, i) => ({
      prompt: `${i}`,
      answer: '1',
      trace: 'x'.repeat(OWN_LIMITS.trace),
    }));
    expect(faults(long)[0]).toContain('a recipe carries at most 262144');
    expect(() => ownTask({ problems: [], match: 'exact', tolerance: 0 })).toThrow('has no problems');
  });
});
