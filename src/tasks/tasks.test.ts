/** Properties that all tasks share, and the two tasks that arithmetic alone judges. */
import { expect, it } from 'vitest';
import { random } from '../random';
import { addition } from './addition';
import { arithmetic } from './arithmetic';
import { countdown } from './countdown';
import { taskByName, taskNames } from './index';
import { parity } from './parity';
import { taskProperties } from './properties.fixture';
import { sat } from './sat';
import type { Task } from './task';
import { tsp } from './tsp';

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

it.each(taskNames)('the caption of a picture of %s quotes the start of a long answer', (name) => {
  const task = taskByName(name);
  const { problem } = task.generate(random(3), task.level.initial);
  const { caption } = task.picture(problem, '7'.repeat(5000));
  expect(caption.length).toBeLessThan(1000);
});

it('names the tasks that there are', () => {
  expect(() => taskByName('chess')).toThrow(`there is no task "chess"; there are ${taskNames.join(', ')}`);
});

it('takes a problem for the same in another order', () => {
  const same = <P>(task: Task<P>, ...problems: P[]) =>
    new Set(problems.map((problem) => task.identity!(problem))).size === 1;
  expect(same(addition, { terms: [12, 34] }, { terms: [34, 12] })).toBe(true);
  expect(same(addition, { terms: [12, 34] }, { terms: [13, 34] })).toBe(false);
  expect(same(arithmetic, { a: 12, operator: '*', b: 3 }, { a: 3, operator: '*', b: 12 })).toBe(true);
  expect(same(arithmetic, { a: 12, operator: '-', b: 3 }, { a: 3, operator: '-', b: 12 })).toBe(false);
  expect(same(countdown, { numbers: [1, 2, 3], target: 6 }, { numbers: [3, 2, 1], target: 6 })).toBe(true);
  const clauses = [
    [1, -2, 3],
    [-1, 2, 3],
  ] as const;
  const sats = [clauses, [[3, 2, -1], clauses[0]]].map((list) => ({
    variables: 3,
    clauses: list.map((clause) => [...clause]),
  }));
  expect(same(sat as Task, ...sats)).toBe(true);
  const distances = [
    [0, 1, 2],
    [1, 0, 3],
    [2, 3, 0],
  ];
  const turned = [
    [0, 3, 1],
    [3, 0, 2],
    [1, 2, 0],
  ];
  expect(same(tsp as Task, { distances }, { distances: turned })).toBe(true);
});
