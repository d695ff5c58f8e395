/** Statistics of an evaluation, against the theory of a policy whose probabilities are known. */
import { describe, expect, it } from 'vitest';
import { hash, random } from '../random';
import { mean, standardDeviation } from '../stats';
import { taskByName } from '../tasks';
import { answerProblems } from './accuracy';
import { compareRuns } from './comparison';
import { measurePassRates } from './passRate';
import { type EvaluationRun, evaluationReport } from './report';
import { syntheticPolicy, syntheticProblems, tokenizer } from './synthetic.fixture';

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
  /** Standard deviation of a run's accuracy: the variances p(1 − p) of the problems add up. */
  const theory = Math.sqrt(rates.reduce((sum, p) => sum + p * (1 - p), 0)) / rates.length;

  it('has the sd of the theory, and the spread over other seeds', async () => {
    const { accuracy } = evaluationReport(await evaluate(1000, 1));
    expect(Math.abs(accuracy.mean - mean(rates))).toBeLessThan((4 * theory) / Math.sqrt(1000));
    // the sd of n samples varies by 1/√(2n) of itself: 2.2 % at 1000, times three
    expect(Math.abs(accuracy.sd! / theory - 1)).toBeLessThan(0.067);
    const means: number[] = [];
    const seen: number[] = [];
    for (let seed = 2; seed < 202; seed++) {
      const { accuracy } = evaluationReport(await evaluate(5, seed));
      means.push(accuracy.mean);
      seen.push(accuracy.standardErrorOverRuns! ** 2);
    }
    // 200 evaluations of 5 runs: their spread against the standard error that each reports
    expect(standardDeviation(means) / Math.sqrt(mean(seen))).toBeGreaterThan(0.85);
    expect(standardDeviation(means) / Math.sqrt(mean(seen))).toBeLessThan(1.15);
  });

  it('gives the same numbers for the same seeds, and others for others', async () => {
    const report = async (seed: number) => evaluationReport(await evaluate(3, seed));
    expect(await report(1)).toEqual(await report(1));
    expect(await report(1)).not.toEqual(await report(2));
  });

  it('has the standard error over problems that other samples of problems show', async () => {
    const runs = await evaluate(40, 3);
    const shown = evaluationReport(runs).accuracy.standardErrorOverProblems!;
    const stream = random(4, 'problems');
    const means = Array.from({ length: 2000 }, () => {
      const drawn = problems.map(() => stream.integer(0, problems.length - 1));
      return mean(drawn.map((p) => mean(runs.map(({ answers }) => (answers[p]!.correct ? 1 : 0)))));
    });
    expect(Math.abs(standardDeviation(means) / shown - 1)).toBeLessThan(0.06);
  });

  it('has pass rates near its probabilities, for any number of problems per request', async () => {
    const asked = problems.map((problem) => ({ task: parity, level: 20, problem }));
    const samples = 1024; // 16 problems per request
    const byProblem = syntheticPolicy(
      problems.flatMap((problem) => Array(samples).fill(problem)),
      rates.flatMap((rate) => Array(samples).fill(rate)),
    );
    const measured = await measurePassRates(byProblem, tokenizer, asked, samples, { temperature: 1, seed: 3 });
    expect(measured).toHaveLength(64);
    measured.forEach((rate, p) => expect(Math.abs(rate - rates[p]!)).toBeLessThan(0.07));
  });

  it('compares with a better one: the interval contains the true difference, and pairing makes it narrower', async () => {
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
    expect(held).toBeGreaterThanOrEqual(35); // expected: 38 of 40; fewer than 35 has a probability of 1 %
  });
});
