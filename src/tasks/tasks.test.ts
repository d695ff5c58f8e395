/** What the tasks have in common, and the two that need no more of a judge than arithmetic. */
import { expect, it } from 'vitest';
import { addition } from './addition';
import { taskByName, taskNames } from './index';
import { parity } from './parity';
import { taskProperties } from './properties';
import type { Task } from './task';

taskProperties(parity, {
  isRight: ({ bits }, answer) => answer === String(bits.reduce<number>((sum, bit) => sum + bit, 0) % 2),
  mutations: ({ answer }) => [String(1 - Number(answer)), '2', `0${answer}`, `${answer}.0`, `-${answer}`],
});

taskProperties(addition, {
  isRight: ({ terms }, answer) => answer === (BigInt(terms[0]) + BigInt(terms[1])).toString(),
  mutations: ({ answer }, stream) => [
    String(Number(answer) + stream.integer(1, 20)),
    String(Number(answer) - stream.integer(1, 20)),
    `0${answer}`,
    `+${answer}`,
    `${answer}.0`,
  ],
});

it('says what the long traces of the reference look like', () => {
  const trace = <P>(task: Task<P>, problem: P, answer: string, kind = 'long') =>
    task.traces({ prompt: '', answer, problem }).find((candidate) => candidate.kind === kind)?.completion;
  const bits = [1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1] as (0 | 1)[];
  expect(trace(parity, { bits }, '0')).toBe('<think>100110001110</think>0');
  expect(trace(parity, { bits: [1, 1, 0] }, '0', 'mend')).toBe('<think>11x100</think>0');
  expect(trace(addition, { terms: [65, 84] }, '149')).toBe('<think>5+4=9,6+8=14</think>149');
  expect(trace(addition, { terms: [67, 84] }, '151')).toBe('<think>7+4=11,6+8+1=15</think>151');
  expect(trace(addition, { terms: [65, 84] }, '149', 'mend')).toBe('<think>5+4=10x,5+4=9,6+8=14</think>149');
});

it('names the tasks that there are', () => {
  expect(() => taskByName('chess')).toThrow(`there is no task "chess"; there are ${taskNames.join(', ')}`);
});
