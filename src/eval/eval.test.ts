/** The statistics against numbers worked by hand, and against the theory of a policy whose probabilities are known. */
import { describe, expect, it } from 'vitest';
import { hash, random } from '../random';
import { mean, newcombeInterval, quantile, standardDeviation, wilsonInterval } from '../stats';
import { taskByName } from '../tasks';
import { ownTask } from '../tasks/own';
import type { Task } from '../tasks/task';
import { type Answered, answerProblems } from './accuracy';
import { allOfK, majorityIsRight, passAtK, votesOf } from './attempts';
import { compareRuns } from './comparison';
import { measurePassRates } from './passRate';
import { headerLine, type RecordHeader, readRecord, runLine } from './record';
import { binned, type EvaluationRun, evaluationReport } from './report';
import { syntheticPolicy, syntheticProblems, tokenizer } from './synthetic.fixture';

const given = (answer: string | null, correct = false, tokens = 4): Answered => ({
  correct,
  partial: correct ? 1 : answer === null ? 0 : 0.5,
  answer,
  tokens,
  ended: answer !== null,
});
const [right, wrong] = [given('7', true), given('8')];

describe('attempts', () => {
  it('pass@k by hand: 2 of 5 right, any 3 of them', () => {
    expect(passAtK(5, 2, 1)).toBeCloseTo(2 / 5, 14);
    expect(passAtK(5, 2, 3)).toBeCloseTo(1 - 1 / 10, 14); // C(3,3) / C(5,3)
    expect(passAtK(5, 2, 4)).toBe(1);
    expect([passAtK(5, 0, 5), passAtK(5, 5, 1)]).toEqual([0, 1]);
    expect(allOfK(5, 2, 2)).toBeCloseTo(1 / 10, 14);
    expect([allOfK(5, 2, 3), allOfK(5, 5, 5), allOfK(5, 4, 5)]).toEqual([0, 1, 0]);
  });

  it('pass@k and all of k are what all subsets say, and stay finite for thousands', () => {
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

  it('the majority: most votes, of equals the first given, none for what was cut off or is empty', () => {
    expect(majorityIsRight([wrong, right, given(' 7\n', true)])).toBe(true);
    expect(majorityIsRight([wrong, right])).toBe(false);
    expect(majorityIsRight([right, wrong])).toBe(true);
    expect(majorityIsRight([given(null), given(null), given(''), right])).toBe(true);
    expect(majorityIsRight([given(null), given('')])).toBe(false);
    expect(majorityIsRight([given('1  2', true), given('3'), given('1 2', true)])).toBe(true);
  });

  it('the majority counts as one vote what the verifier takes for one answer', () => {
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

it('quantiles as numpy has them, whatever the order', () => {
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
      ofN: { n: 2, average: 0.5, best: 0.75, worst: 0.25, majority: 0.5 }, // of [right, wrong] the first counts
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

  it('has no deviation of one run, no standard error of one problem, no interval of one difference', () => {
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
    expect(accuracy.interval.low).toBeCloseTo(0.2077, 4); // Wilson's of 2 of 3
  });

  it('has an interval with a width where every answer is right', () => {
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

  it('bins whole numbers, both ends in, nothing lost', () => {
    const values = Array.from({ length: 500 }, (_, i) => 3 + ((i * i) % 47));
    const bins = binned(values, (v) => v);
    expect(bins.length).toBeLessThanOrEqual(10);
    expect(bins.flatMap(({ items }) => items).sort()).toEqual([...values].sort());
    for (const { from, to, items } of bins) for (const v of items) expect(v >= from && v <= to).toBe(true);
    expect(binned([], Number)).toEqual([]);
  });
});

describe('a policy of known probabilities', () => {
  const parity = taskByName('parity');
  const { problems, rates } = syntheticProblems(parity, 20, 64);
  const policy = syntheticPolicy(problems, rates);
  const evaluate = async (count: number, seed: number): Promise<EvaluationRun[]> => {
    const runs: EvaluationRun[] = [];
    for (let run = 1; run <= count; run++) {
      const sampling = { temperature: 1, seed: hash(seed, run) };
      runs.push({
        run,
        seed: sampling.seed,
        answers: await answerProblems(policy, parity, tokenizer, problems, sampling),
      });
    }
    return runs;
  };
  /** Of the accuracy of one run over these problems: the problems' variances p(1 − p) add up. */
  const theory = Math.sqrt(rates.reduce((sum, p) => sum + p * (1 - p), 0)) / rates.length;

  it('has the sd that theory gives it, and the spread that other seeds show', async () => {
    const { accuracy } = evaluationReport(await evaluate(1000, 1));
    expect(Math.abs(accuracy.mean - mean(rates))).toBeLessThan((4 * theory) / Math.sqrt(1000));
    // the sd of n draws strays by 1/√(2n) of itself: 2.2 % at 1000, taken three times
    expect(Math.abs(accuracy.sd! / theory - 1)).toBeLessThan(0.067);
    const means: number[] = [];
    const told: number[] = [];
    for (let seed = 2; seed < 202; seed++) {
      const { accuracy } = evaluationReport(await evaluate(5, seed));
      means.push(accuracy.mean);
      told.push(accuracy.standardErrorOverRuns! ** 2);
    }
    // 200 evaluations of 5 runs: their spread against the standard error that each tells of itself
    expect(standardDeviation(means) / Math.sqrt(mean(told))).toBeGreaterThan(0.85);
    expect(standardDeviation(means) / Math.sqrt(mean(told))).toBeLessThan(1.15);
  });

  it('gives the same numbers for the same seeds, and others for others', async () => {
    const report = async (seed: number) => evaluationReport(await evaluate(3, seed));
    expect(await report(1)).toEqual(await report(1));
    expect(await report(1)).not.toEqual(await report(2));
  });

  it('has the standard error over problems that drawing other problems shows', async () => {
    const runs = await evaluate(40, 3);
    const told = evaluationReport(runs).accuracy.standardErrorOverProblems!;
    const stream = random(4, 'problems');
    const means = Array.from({ length: 2000 }, () => {
      const drawn = problems.map(() => stream.integer(0, problems.length - 1));
      return mean(drawn.map((p) => mean(runs.map(({ answers }) => (answers[p]!.correct ? 1 : 0)))));
    });
    expect(Math.abs(standardDeviation(means) / told - 1)).toBeLessThan(0.06);
  });

  it('has pass rates near its probabilities, however many are asked at a time', async () => {
    const asked = problems.map((problem) => ({ task: parity, level: 20, problem }));
    const samples = 1024; // so that a request holds 16 problems
    const byProblem = syntheticPolicy(
      problems.flatMap((problem) => Array(samples).fill(problem)),
      rates.flatMap((rate) => Array(samples).fill(rate)),
    );
    const measured = await measurePassRates(byProblem, tokenizer, asked, samples, { temperature: 1, seed: 3 });
    expect(measured).toHaveLength(64);
    measured.forEach((rate, p) => expect(Math.abs(rate - rates[p]!)).toBeLessThan(0.07));
  });

  it('compares with a better one: the interval holds what is true, and is narrower for being paired', async () => {
    const better = rates.map((p) => Math.min(1, p + 0.1));
    const truth = mean(better) - mean(rates);
    let held = 0;
    for (let seed = 0; seed < 40; seed++) {
      const a = await evaluate(4, 1000 + seed);
      const b: EvaluationRun[] = [];
      for (let run = 1; run <= 4; run++)
        b.push({
          run,
          seed,
          answers: await answerProblems(syntheticPolicy(problems, better), parity, tokenizer, problems, {
            temperature: 1,
            seed: hash(7, seed, run),
          }),
        });
      const comparison = compareRuns(a, b, seed);
      const { low, high } = comparison.interval!;
      if (low <= truth && truth <= high) held++;
      const [seA, seB] = [a, b].map((runs) => evaluationReport(runs).accuracy.standardErrorOverProblems);
      expect(comparison.standardError).toBeLessThan(Math.hypot(seA!, seB!));
      // for 64 problems the percentiles are nearly ± 1.96 standard errors
      expect(Math.abs((high - low) / (2 * 1.96 * comparison.standardError!) - 1)).toBeLessThan(0.1);
      if (seed === 0) expect(compareRuns(a, b, seed)).toEqual(comparison);
    }
    expect(held).toBeGreaterThanOrEqual(35); // 38 of 40 are expected; fewer than 35 have a chance of 1 %
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

describe('a record', () => {
  const header: RecordHeader = {
    type: 'evaluation',
    model: 'abc',
    adapter: 'CPU',
    task: 'parity',
    level: 8,
    problems: 2,
    prompts: '1f',
    instances: '2e',
    temperature: 0.8,
    maxNew: 9,
    seed: 3,
  };
  const runs: EvaluationRun[] = [1, 2].map((run) => ({ run, seed: run, answers: [right, given(null)] }));
  const text = headerLine(header) + runs.map(runLine).join('');

  it('reads back, without a line that was cut off in the writing', () => {
    expect(readRecord(text, header, 'f')).toEqual({ runs, whole: text });
    expect(readRecord(`${text}{"type":"run","ru`, header, 'f')).toEqual({ runs, whole: text });
    expect(readRecord('', header, 'f')).toEqual({ runs: [], whole: '' });
    expect(readRecord('{"type":"eval', header, 'f')).toEqual({ runs: [], whole: '' });
  });

  it('reads back with a byte-order mark and other line ends, and refuses what says two things', () => {
    const edited = `\ufeff${text.replaceAll('\n', '\r\n')}`;
    expect(readRecord(edited, header, 'f')).toEqual({ runs, whole: edited });
    expect(() => readRecord(`\ufffd\ufffd{\0"\0}\0\n\0`, header, 'f')).toThrow('f is no text in UTF-8');
    const twice = text.replace('"seed":3', '"seed":3,"seed":3');
    expect(() => readRecord(twice, header, 'f')).toThrow('f: line 1: column');
    const half = headerLine(header) + runLine({ ...runs[0]!, answers: [{ ...right, partial: 0.5 }, right] });
    expect(() => readRecord(half, header, 'f')).toThrow('f: line 2: answers.0: is right, but only in part');
    expect(() => readRecord(text.replace('"tokens":4', '"tokens":-4'), header, 'f')).toThrow(
      'f: line 2: answers.0.tokens: is -4; use 1 or more',
    );
  });

  it('names what differs, and the line that is none', () => {
    expect(() => readRecord(text, { ...header, model: 'abd', temperature: 1 }, 'f')).toThrow(
      'f is of another evaluation: model is "abc" there, "abd" here; temperature is 0.8 there, 1 here',
    );
    const { instances: _, ...before } = header;
    expect(() => readRecord(`${JSON.stringify(before)}\n`, header, 'f')).toThrow('f was written before an evaluation');
    expect(() => readRecord('dear', header, 'f')).toThrow('f holds something that is no evaluation');
    expect(() => readRecord('dear\n', header, 'f')).toThrow('f: line 1 is not JSON');
    expect(() => readRecord(headerLine(header) + runLine(runs[1]!), header, 'f')).toThrow(
      'line 2: run 2 stands where run 1',
    );
    expect(() => readRecord(headerLine(header) + runLine({ ...runs[0]!, answers: [right] }), header, 'f')).toThrow(
      'f: line 2: 1 answers to 2 problems',
    );
  });
});
