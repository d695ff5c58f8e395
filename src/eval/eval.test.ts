/** Statistics of an evaluation, against numbers worked out by hand. */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { newcombeInterval, quantile, wilsonInterval } from '../stats';
import { ownTask } from '../tasks/own';
import type { Task } from '../tasks/task';
import type { Answered } from './accuracy';
import { given, right, wrong } from './answers.fixture';
import { allOfK, majorityIsRight, passAtK, votesOf } from './attempts';
import { compareRuns } from './comparison';
import { binned, type EvaluationRun, evaluationReport } from './report';

describe('attempts', () => {
  it('pass@k by hand: 2 of 5 right, any 3 of them', () => {
    expect(passAtK(5, 2, 1)).toBeCloseTo(2 / 5, 14);
    expect(passAtK(5, 2, 3)).toBeCloseTo(1 - 1 / 10, 14); // C(3,3) / C(5,3)
    expect(passAtK(5, 2, 4)).toBe(1);
    expect([passAtK(5, 0, 5), passAtK(5, 5, 1)]).toEqual([0, 1]);
    expect(allOfK(5, 2, 2)).toBeCloseTo(1 / 10, 14);
    expect([allOfK(5, 2, 3), allOfK(5, 5, 5), allOfK(5, 4, 5)]).toEqual([0, 1, 0]);
  });

  it('pass@k and all of k equal the shares over all subsets, and stay finite for thousands', () => {
    const subsets = (n: number, k: number) =>
      Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => bits.toString(2).split('1').length - 1 === k);
    for (const [n, c, k] of [
      [6, 2, 3],
      [7, 5, 2],
      [8, 1, 4],
    ] as const) {
      const correct = 2 ** c - 1; // the first c attempts
      const all = subsets(n, k);
      expect(passAtK(n, c, k)).toBeCloseTo(all.filter((bits) => bits & correct).length / all.length, 12);
      expect(allOfK(n, c, k)).toBeCloseTo(all.filter((bits) => (bits & correct) === bits).length / all.length, 12);
    }
    expect(passAtK(10_000, 1, 5000)).toBeCloseTo(0.5, 9);
  });

  it('majority: most votes; the first answer wins a tie; truncated and empty answers have no vote', () => {
    expect(majorityIsRight([wrong, right, given(' 7\n', true)])).toBe(true);
    expect(majorityIsRight([wrong, right])).toBe(false);
    expect(majorityIsRight([right, wrong])).toBe(true);
    expect(majorityIsRight([given(null), given(null), given(''), right])).toBe(true);
    expect(majorityIsRight([given(null), given('')])).toBe(false);
    expect(majorityIsRight([given('1  2', true), given('3'), given('1 2', true)])).toBe(true);
  });

  it('majority: answers that are equal to the verifier share their votes', () => {
    const eights = ['8', '8.0', '+8'].map((answer) => given(answer, true));
    const nines = [given('9'), given('9 ')];
    expect(majorityIsRight([...nines, ...eights])).toBe(true);
    expect(majorityIsRight([...nines, given('8', true), given('8.0'), given('+8')])).toBe(false);
    const own = (match: 'exact' | 'numeric', tolerance = 0) => {
      const task = ownTask({ problems: [{ prompt: 'q', answer: '8' }], match, tolerance }) as Task;
      return votesOf(task, [task.generate(random(0), 1)]);
    };
    expect(majorityIsRight([...nines, ...eights], own('numeric'))).toBe(true);
    const near = ['8', '8.1', '8.2'].map((answer) => given(answer, true));
    expect(majorityIsRight([...nines, ...near], own('numeric', 0.2))).toBe(true);
    expect(majorityIsRight([...nines, ...near], own('numeric'))).toBe(false);
    const runs = [...nines, ...eights].map((answer, i): EvaluationRun => ({ run: i + 1, seed: i, answers: [answer] }));
    expect(evaluationReport(runs, 5, own('numeric')).ofN.majority).toBe(1);
  });
});

it('quantiles equal those of numpy, for any order', () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile([4, 1, 3, 2], q))).toEqual([1, 1.75, 2.5, 4]);
  expect(quantile([], 0.5)).toBe(0);
});

it("Wilson's and Newcombe's intervals as published", () => {
  for (const [right, n, low, high] of [
    [0, 10, 0, 0.2775],
    [8, 10, 0.4902, 0.9433],
    [10, 10, 0.7225, 1],
    [1, 1, 0.2065, 1],
    [81, 263, 0.2553, 0.3662], // Newcombe 1998, 17:857, table I
  ] as const) {
    const interval = wilsonInterval(right / n, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  }
  const { low, high } = newcombeInterval(0.3, 0.9, 10); // Newcombe 1998, 17:873, table II
  expect([low, high].map((end) => Number(end.toFixed(4)))).toEqual([0.1705, 0.809]);
});

describe('a report', () => {
  // rows are runs, columns problems: pass rates 1, 1/2, 1/2, 0
  const table = [
    [right, right, wrong, wrong],
    [right, wrong, right, given(null, false, 20)],
  ];
  const runs: EvaluationRun[] = table.map((answers, r) => ({ run: r + 1, seed: r, answers }));

  it('by hand: two runs over four problems', () => {
    const report = evaluationReport(runs, 5);
    expect(report).toMatchObject({
      problems: 4,
      accuracy: { mean: 0.5, sd: 0, standardErrorOverRuns: 0, min: 0.5, median: 0.5, max: 0.5 },
      histogram: [{ from: 0.5, to: 0.5, runs: 2 }],
      ofN: { n: 2, average: 0.5, best: 0.75, worst: 0.25, majority: 0.5 }, // the first of [right, wrong] counts
      passAtK: [
        { k: 1, value: 0.5 },
        { k: 2, value: 0.75 },
      ],
      partial: (4 + 3 * 0.5) / 8,
      tokens: 7 * 4 + 20,
      truncated: 1 / 8,
      accuracyByTokens: [
        { from: 4, to: 5, answers: 7, accuracy: 4 / 7 },
        { from: 20, to: 21, answers: 1, accuracy: 0 },
      ],
    });
    // sd of 1, ½, ½, 0 is √(½ / 3); over √4 problems
    expect(report.accuracy.standardErrorOverProblems).toBeCloseTo(Math.sqrt(1 / 6) / 2, 14);
  });

  it('has no sd of one run, no standard error of one problem, no interval of one difference', () => {
    const one: EvaluationRun[] = [{ run: 1, seed: 0, answers: [right, wrong, right] }];
    const { accuracy } = evaluationReport(one);
    expect(accuracy).toMatchObject({ mean: 2 / 3, sd: null, standardErrorOverRuns: null, min: 2 / 3 });
    expect(accuracy.standardErrorOverProblems).toBeCloseTo(1 / 3, 14); // sd of 1, 0, 1 is 1/√3; over √3
    const single = [1, 2].map((run) => ({ run, seed: run, answers: [right] }));
    expect(evaluationReport(single).accuracy).toMatchObject({ sd: 0, standardErrorOverProblems: null });
    const all = [{ run: 1, seed: 0, answers: [right, right, right] }];
    expect(evaluationReport(all).accuracy).toMatchObject({ mean: 1, standardErrorOverProblems: null });
    expect(compareRuns(single, single, 0)).toMatchObject({ difference: 0, standardError: null, interval: null });
    expect(compareRuns(one, one, 0).interval!.high).toBeGreaterThan(0.5);
    expect(accuracy.interval.low).toBeCloseTo(0.2077, 4); // Wilson, 2 of 3
  });

  it('has an interval of positive width if every answer is right', () => {
    const perfect = [1, 2].map((run): EvaluationRun => ({ run, seed: run, answers: Array(20).fill(right) }));
    const { interval } = evaluationReport(perfect).accuracy;
    expect(interval.low).toBeCloseTo(0.8389, 4);
    expect(interval.high).toBe(1);
    const equal = compareRuns(perfect, perfect, 0);
    expect(equal.difference).toBe(0);
    expect(equal.interval!.low).toBeCloseTo(-0.1611, 4);
    expect(equal.interval!.high).toBeCloseTo(0.1611, 4);
  });

  it('has the majority of the first n runs, of the next n, and so on', () => {
    const one = (...answers: Answered[]): EvaluationRun[] =>
      answers.map((answer, r) => ({ run: r + 1, seed: r, answers: [answer] }));
    const { ofN } = evaluationReport(one(right, right, wrong, wrong, wrong, right, right), 3);
    expect(ofN).toMatchObject({ n: 3, majority: 0.5 });
  });

  it('bins whole numbers with both ends included', () => {
    const values = Array.from({ length: 500 }, (_, i) => 3 + ((i * i) % 47));
    const bins = binned(values, (v) => v);
    expect(bins.length).toBeLessThanOrEqual(10);
    expect(bins.flatMap(({ items }) => items).sort()).toEqual([...values].sort());
    for (const { from, to, items } of bins) for (const v of items) expect(v >= from && v <= to).toBe(true);
    expect(binned([], Number)).toEqual([]);
  });
});

it('a comparison by hand', () => {
  const runs = (...answers: Answered[][]) => answers.map((row, r) => ({ run: r + 1, seed: r, answers: row }));
  const a = runs([right, wrong, wrong], [right, wrong, right]);
  const b = runs([right, right, wrong], [right, right, wrong]);
  // pass rates 1, 0, ½ against 1, 1, 0: differences 0, 1, −½
  const comparison = compareRuns(a, b, 0);
  expect(comparison).toMatchObject({ a: 0.5, aBetter: 1, bBetter: 1, equal: 1 });
  expect(comparison.difference).toBeCloseTo(1 / 6, 14);
  expect(comparison.standardError).toBeCloseTo(Math.sqrt(7 / 12) / Math.sqrt(3), 14);
  expect(comparison.interval).toMatchObject({ low: -0.5, high: 1 });
  expect(() => compareRuns(a, runs([right]), 0)).toThrow('runs over 3 and over 1 problems cannot be paired');
});
