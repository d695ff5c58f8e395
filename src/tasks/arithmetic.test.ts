/** Arithmetic, judged in big integers. */
import { expect, it } from 'vitest';
import { random } from '../random';
import { arithmetic } from './arithmetic';
import { taskProperties } from './properties.fixture';

taskProperties(arithmetic, {
  isRight({ a, operator, b }, answer) {
    const [x, y] = [BigInt(a), BigInt(b)];
    return answer.replace('−', '-') === { '+': x + y, '-': x - y, '*': x * y }[operator].toString();
  },
  mutations: ({ answer }, stream) => [
    String(Number(answer) + stream.integer(1, 20)),
    String(Number(answer) - stream.integer(1, 20)),
    answer.startsWith('-') ? answer.slice(1) : `-${answer}`,
    answer.startsWith('-') ? `−${answer.slice(1)}` : `+${answer}`,
    `0${answer}`,
    `${answer}.0`,
    `${answer}e0`,
    [...answer].reverse().join(''),
    '1e1',
    '9'.repeat(10_000),
  ],
});

const thought = (a: number, operator: '+' | '-' | '*', b: number, kind = 'long') =>
  arithmetic
    .traces({ prompt: '', answer: '', problem: { a, operator, b } })
    .find((trace) => trace.kind === kind)
    ?.completion.slice('<think>'.length, -'</think>'.length);

it('works the columns as on paper', () => {
  expect(thought(67, '+', 84)).toBe('7+4=11,6+8+1=15');
  expect(thought(63, '-', 48)).toBe('13-8=5,6-4-1=1');
  expect(thought(48, '-', 63)).toBe('-63-48,13-8=5,6-4-1=1');
  expect(thought(100, '-', 1)).toBe('10-1=9,10-0-1=9,1-0-1=0');
  expect(thought(47, '*', 6)).toBe('7*6=42,4*6+4=28');
  expect(thought(12, '*', 34)).toBe('2*4=8,1*4=4,2*3=6,1*3=3,48+360,8+0=8,4+6=10,0+3+1=4');
  expect(thought(48, '-', 63, 'mend')).toBe('13-8=6x,-63-48,13-8=5,6-4-1=1');
});

it('writes only true equations; the digits of the last one are the answer', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const { problem, answer } = arithmetic.generate(random(seed, 'columns'), 2 + (seed % 4));
    const equations = thought(problem.a, problem.operator, problem.b)!
      .split(',')
      .flatMap((step) => (step.includes('=') ? [step.split('=') as [string, string]] : []));
    for (const [left, right] of equations) {
      const terms = left.replaceAll('-', '+-').split('+');
      const value = terms.map((term) =>
        term
          .split('*')
          .map(Number)
          .reduce((x, y) => x * y),
      );
      expect(value.reduce((x, y) => x + y)).toBe(Number(right));
    }
    const columns = equations.slice(-Math.max(String(problem.a).length, answer.replace('-', '').length - 1));
    if (problem.b < 10 || problem.operator !== '*') {
      const written = columns.map(([, right], i) => (i < columns.length - 1 ? right.at(-1) : right)).reverse();
      expect(Number(written.join(''))).toBe(Math.abs(Number(answer)));
    }
  }
});
