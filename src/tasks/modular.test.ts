/** Modular sums, judged by counting down from the whole sum. */
import { expect, it } from 'vitest';
import { modular } from './modular';
import { taskProperties } from './properties.fixture';

taskProperties(modular, {
  isRight({ digits, modulus }, answer) {
    let rest = digits.reduce((sum, digit) => sum + digit, 0);
    while (rest >= modulus) rest -= modulus;
    return answer === `${rest}`;
  },
  mutations: ({ problem, answer }, stream) => [
    String((Number(answer) + stream.integer(1, 9)) % 10),
    String(problem.digits.reduce((sum, digit) => sum + digit, 0)),
    `0${answer}`,
    `${answer}.0`,
    `${answer}e0`,
    `-${answer}`,
    '٣',
    answer.repeat(10_000),
  ],
});

it('writes the running sum digit by digit', () => {
  const problem = { prompt: '7592%10=', answer: '3', problem: { digits: [7, 5, 9, 2], modulus: 10 } };
  expect(modular.traces(problem).map(({ completion }) => completion)).toEqual([
    '<think></think>3',
    '<think>0+7=7,7+5=12,2+9=11,1+2=3</think>3',
    '<think>0+7=7,7+5=12,2+9=12x2+9=11,1+2=3</think>3',
  ]);
});

it('names what is wrong with a problem', () => {
  const issue = (problem: unknown) => modular.problemSchema.safeParse(problem).error?.issues[0]?.path.join('.');
  expect(issue({ digits: [1, 12], modulus: 10 })).toBe('digits.1');
  expect(issue({ digits: [1], modulus: 1 })).toBe('modulus');
  expect(issue({ digits: [], modulus: 10 })).toBe('digits');
});
