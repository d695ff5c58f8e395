/** Lines and numbers of compared runs: means over seeds, alignment by tokens, intervals, names. */
import { expect, it } from 'vitest';
import type { RunHistory } from '../../../lab/stored/history';
import { finalNumbers, linesOf, numberWords } from './columns';
import { chartOf, linePoints, measures } from './lines';
import { fieldText } from './Tables';

const [reward, , heldOut] = measures as [(typeof measures)[0], (typeof measures)[0], (typeof measures)[0]];

/** @param rewards reward of each step; a step trains `tokens` tokens */
const history = (seed: number, rewards: readonly number[], tokens = 100, sampled = 1): RunHistory => ({
  recipe: { seed },
  curve: {
    step: rewards.map((_, i) => i + 1),
    tokens: rewards.map((_, i) => tokens * (i + 1)),
    reward: [...rewards],
    accuracy: [...rewards],
    length: rewards.map(() => Number.NaN),
  },
  evaluations: [
    { stage: 'base', step: 0, tokens: 0, problems: 64, sampled: 0.1, greedy: 0 },
    { stage: 'sft', step: 0, tokens: 0, problems: 64, sampled, greedy: 1 },
  ],
  changes: [],
});

it('averages seeds step by step, and the later of two evaluations at one step counts', () => {
  const runs = [history(0, [0, 0.5, 1]), history(1, [1, 0.5])];
  expect(linePoints(runs, reward, 'step')).toEqual([
    { x: 1, y: 0.5, sd: Math.SQRT1_2 },
    { x: 2, y: 0.5, sd: 0 },
    { x: 3, y: 1, sd: null },
  ]);
  expect(linePoints(runs.slice(0, 1), heldOut, 'step')).toEqual([{ x: 0, y: 1, sd: null }]);
});

it('aligns by tokens: a line has values between its own points alone', () => {
  const runs = [history(0, [0, 1], 100), history(0, [0, 1], 50)];
  const lines = runs.map((run, i) => ({ label: `run, ${i}`, color: 'red', dash: undefined, runs: [run] }));
  const { data, series } = chartOf(lines, reward, 'tokens');
  const rows = Array.from({ length: data.length }, (_, i) => [data.x(i), data.value(i, '0'), data.value(i, '1')]);
  expect(rows).toEqual([
    [50, null, 0],
    [100, 0, 1],
    [200, 1, null],
  ]);
  expect(series.map(({ label }) => label)).toEqual(['A, run, 0', 'B, run, 1']);
  const inherited = { ...runs[0]!, curve: { ...runs[0]!.curve, tokens: [null, 200] } };
  expect(linePoints([inherited], reward, 'tokens')).toEqual([{ x: 200, y: 1, sd: null }]);
});

it('gives each line a name of its own', () => {
  const run = (name: string, title: string, seed: number) => ({ name, title, history: history(seed, [1]) });
  const runs = [run('a', 'One', 0), run('b', 'Two', 0), run('c', 'Two', 1), run('d', 'Two', 1)];
  expect(linesOf(runs, [[0], [1], [2], [3]]).map(({ label }) => label)).toEqual([
    ...['One', 'Two · seed 0', 'Two (c)', 'Two (d)'],
  ]);
  expect(linesOf(runs, [[0], [1, 2, 3]]).map(({ label }) => label)).toEqual(['One', 'Two · 3 seeds']);
});

it('shows no certainty that a number lacks', () => {
  const words = (title: RegExp, ...runs: RunHistory[]) =>
    numberWords(finalNumbers.find((number) => title.test(number.title))!, { runs });
  expect(words(/after SFT/, history(0, [1]))).toBe('100\u00a0% (94–100\u00a0%)');
  expect(words(/after SFT/, history(0, [1]), history(1, [1]))).toBe('100\u00a0% (97–100\u00a0%)');
  expect(words(/^Reward/, history(0, [-0.5]), history(1, [0.5]))).toBe('+0.00 ± 0.71');
  expect(words(/after GRPO/, history(0, []))).toBe('–');
});

it('writes a field with its changes', () => {
  const changes = [{ stage: 'grpo', step: 20, to: 0.01 }];
  expect(fieldText({ start: 0.04, changes })).toBe('0.04, then 0.01 from GRPO step 21');
  expect(fieldText({ start: undefined, changes: [] })).toBe('–');
});
