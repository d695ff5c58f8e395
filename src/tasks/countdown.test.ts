/** Countdown, judged by rewriting the expression's text until one number is left. */
import { describe, expect, it } from 'vitest';
import type { Random } from '../random';
import { countdown } from './countdown';
import { evaluate } from './expression';
import { taskProperties } from './properties.fixture';
import { verdictText } from './verdicts';

/** [a] is a number that has been worked out; products before sums, each from the left; null for no number. */
function rewritten(text: string): bigint | null {
  if (/[^-0-9+*/()]|(^|\D)0/.test(text)) return null;
  let now = text.replace(/\d+/g, '[$&]');
  let fault = false;
  const worked = (_: string, a: string, operator: string, b: string): string => {
    const [x, y] = [BigInt(a), BigInt(b)];
    if (operator === '/' && (y === 0n || x % y !== 0n)) {
      fault = true;
      return '';
    }
    return `[${operator === '+' ? x + y : operator === '-' ? x - y : operator === '*' ? x * y : x / y}]`;
  };
  for (let before = ''; before !== now && !fault; ) {
    before = now;
    now = now.replace(/\(\[(-?\d+)\]\)/, '[$1]');
    if (now === before) now = now.replace(/(?<![*/])\[(-?\d+)\]([*/])\[(-?\d+)\]/, worked);
    if (now === before) now = now.replace(/(?<![-+*/])\[(-?\d+)\]([-+])\[(-?\d+)\](?![*/])/, worked);
  }
  const left = /^\[(-?\d+)\]$/.exec(now);
  return left && !fault ? BigInt(left[1]!) : null;
}

/** Any expression of the numbers, in any order and nesting. */
function anyExpression(numbers: readonly number[], stream: Random): string {
  const parts = numbers.map(String);
  const take = () => parts.splice(stream.integer(0, parts.length - 1), 1)[0]!;
  while (parts.length > 1) {
    const joined = `${take()}${stream.pick(['+', '-', '*', '/'])}${take()}`;
    parts.push(parts.length > 0 && stream.next() < 0.7 ? `(${joined})` : joined);
  }
  return parts[0]!;
}

taskProperties(countdown, {
  isRight({ numbers, target }, text) {
    const answer = text.replaceAll('×', '*').replace(new RegExp(`=${target}$`), '');
    const used = (answer.match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
    const given = [...numbers].sort((a, b) => a - b);
    return used.join() === given.join() && answer.length <= 100 && rewritten(answer) === BigInt(target);
  },
  mutations: ({ problem, answer }, stream) => [
    ...Array.from({ length: 6 }, () => anyExpression(problem.numbers, stream)),
    `(${answer})`,
    `((${answer}))`,
    `${answer}+0`,
    `${answer}*1`,
    `+${answer}`,
    `-(${answer})`,
    `${answer}=${problem.target}`,
    `${answer}=${problem.target + 1}`,
    `${answer}=0${problem.target}`,
    `${answer}=${problem.target}=${problem.target}`,
    `${problem.target}=${answer}`,
    `${problem.numbers.join('+')}=${problem.target}`,
    `=${problem.target}`,
    String(problem.target),
    answer.replaceAll('*', '×'),
    answer.replaceAll(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit))),
    `${'('.repeat(500)}${answer}${')'.repeat(500)}`,
    '('.repeat(20_000),
    '1e1',
    `process.exit(${answer})`,
    `${answer}//`,
  ],
});

it('tries chains until one hits', () => {
  const problem = { prompt: '3,7,2=20', answer: '(3+7)*2', problem: { numbers: [3, 7, 2], target: 20 } };
  const [short, long, mend] = countdown.traces(problem).map(({ completion }) => completion);
  expect(short).toBe('<think></think>(3+7)*2');
  expect(long).toMatch(/^<think>(\d+[-+*/]\d+=\d+,\d+[-+*/]\d+=\d+;){0,3}3\+7=10,10\*2=20<\/think>\(3\+7\)\*2$/);
  expect(mend).toBe('<think>3+7=11x3+7=10,10*2=20</think>(3+7)*2');
});

describe('the verdict', () => {
  const problem = { numbers: [3, 7, 7, 2], target: 20 };
  it.each([
    ['(3+7)*2', 'leaves out 7'],
    ['3+7+7+7', 'uses 7 too often'],
    ['3+7+7+2+1', 'uses 1, which is not there'],
    ['3+7+7+2', '= 19, not 20'],
    ['7/2+7+3', '7 / 2 is not whole'],
    ['7/(3-3)', '7 / 0 is not whole'],
    ['3+', 'ends too early'],
    ['3+(7', 'ends too early'],
    ['3 + 7', 'leaves out 7, 2'],
    ['3 7 + 7 + 2', '" " at position 2 does not fit'],
    ['3+7+7+2=20', '= 19, not 20'],
    ['3+7+7+2=19', 'is said to be 19; the target is 20'],
    ['-3', '"-" at position 1 does not fit'],
    ['03', '"0" at position 1 does not fit'],
    [`${'(7'.repeat(60)}`, 'longer than 100 characters'],
  ])('%s: %s', (answer, reason) => {
    const verdict = countdown.verify(problem, answer);
    expect(verdict.correct).toBe(false);
    expect(verdictText(countdown, verdict.reason)).toContain(reason);
  });

  it('measures how far the value is', () => {
    expect(countdown.verify(problem, '3+7+7+2')).toMatchObject({ partial: 0.5, measures: { distance: 1 } });
    for (const answer of ['3+7+7+2', '3 + 7 + 7 + 2', '3+7+7+2=19', ' 3 +7+ 7+2 = 19'])
      expect(countdown.verify({ ...problem, target: 19 }, answer)).toMatchObject({ correct: true, partial: 1 });
    expect(countdown.verify({ numbers: [4, 3, 2], target: 24 }, '4\u00a0× 3 * 2 = 24').correct).toBe(true);
  });
});

it('reads as arithmetic is read', () => {
  for (const [text, value] of [
    ['2+3*4', 14],
    ['9-3-2', 4],
    ['8/4/2', 1],
    ['2*(3-5)', -4],
    ['8/2*4', 16],
    ['(1-1)/(2-5)', 0],
  ] as const)
    expect(Number((evaluate(text) as { value: number }).value) + 0).toBe(value);
});

it('names what is wrong with a problem', () => {
  const issue = (problem: unknown) => countdown.problemSchema.safeParse(problem).error?.issues[0]?.path.join('.');
  expect(issue({ numbers: [1, 0], target: 3 })).toBe('numbers.1');
  expect(issue({ numbers: [1, 2], target: -1 })).toBe('target');
  expect(issue({ numbers: [1, 2, 3, 4, 5, 6, 7], target: 1 })).toBe('numbers');
});
