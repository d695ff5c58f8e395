/** Report on independent runs over the same problems: mean and spread, best, worst and majority of n, tokens. */
import { deviationOf, type Interval, mean, quantile, standardErrorOf, wilsonInterval } from '../stats';
import { type Accuracy, type Answered, accuracyOf } from './accuracy';
import { allOfK, majorityIsRight, passAtK, type SameVote } from './attempts';

/** One answer per problem, in order. */
export interface EvaluationRun {
  /** Number of the run, from 1. */
  readonly run: number;
  /** Seed of the run's random numbers. */
  readonly seed: number;
  readonly answers: readonly Answered[];
}

/** Mean accuracy and its spread. The deviation of a single run or problem is null. */
export interface AccuracySpread {
  readonly mean: number;
  /** Standard deviation between runs over the same problems (ddof 1): only the noise of sampling. */
  readonly sd: number | null;
  /** sd / √runs: standard error of the mean for these problems. */
  readonly standardErrorOverRuns: number | null;
  /**
   * Standard error of the mean pass rate over problems (ddof 1), as samples of all problems. Null if all rates are equal, as at
   * 0 % and 100 %: the data cannot show it then.
   */
  readonly standardErrorOverProblems: number | null;
  /** Wilson's interval of the mean as a share of one answer per problem. It is too wide for several runs. */
  readonly interval: Interval;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

interface Bin {
  /** Bounds, both included. */
  readonly from: number;
  readonly to: number;
}

export interface EvaluationReport {
  readonly problems: number;
  readonly runs: readonly Accuracy[];
  readonly accuracy: AccuracySpread;
  /** Runs by accuracy, in bins of a whole number of problems. */
  readonly histogram: readonly (Bin & { readonly runs: number })[];
  /** Per problem of n runs: average, at least one right, all right, most frequent answer right; averaged over problems. */
  readonly ofN: {
    readonly n: number;
    readonly average: number;
    readonly best: number;
    readonly worst: number;
    readonly majority: number;
  };
  readonly passAtK: readonly { readonly k: number; readonly value: number }[];
  /** Mean partial credit by the task. */
  readonly partial: number;
  readonly meanLength: number;
  /** Total over all completions of all runs. */
  readonly tokens: number;
  readonly truncated: number;
  readonly accuracyByTokens: readonly (Bin & { readonly answers: number; readonly accuracy: number })[];
}

/** Largest number of bins of a histogram. */
const BINS = 10;

/** Groups items by a whole number into at most ten bins of equal width, without the empty bins. */
export function binned<T>(items: readonly T[], value: (item: T) => number): (Bin & { readonly items: readonly T[] })[] {
  if (items.length === 0) return [];
  const values = items.map(value);
  const first = values.reduce((a, b) => Math.min(a, b));
  const last = values.reduce((a, b) => Math.max(a, b));
  const width = Math.ceil((last - first + 1) / BINS);
  const bins = Array.from({ length: BINS }, (_, i) => ({
    from: first + i * width,
    to: first + (i + 1) * width - 1,
    items: [] as T[],
  }));
  items.forEach((item, i) => bins[Math.floor((values[i]! - first) / width)]!.items.push(item));
  return bins.filter((bin) => bin.items.length > 0);
}

/** Number of runs with a right answer, [problems]. */
const rightCounts = (runs: readonly EvaluationRun[]): number[] =>
  (runs[0]?.answers ?? []).map((_, p) => runs.filter(({ answers }) => answers[p]!.correct).length);

/** Share of runs with a right answer, [problems]. */
export const passRates = (runs: readonly EvaluationRun[]): number[] =>
  rightCounts(runs).map((count) => count / runs.length);

/** Values of k: 1, 2, 4, … and the number of runs. */
export function attemptCounts(runs: number): number[] {
  const counts = [];
  for (let k = 1; k < runs; k *= 2) counts.push(k);
  return [...counts, runs];
}

/**
 * Report on the runs. Best and worst of n are unbiased estimates over all subsets of n runs. The majority is averaged over
 * consecutive blocks of n runs.
 * @param of n; at most the number of runs
 * @param isSame compares votes; by default, equal texts or numbers
 */
export function evaluationReport(runs: readonly EvaluationRun[], of = 5, isSame?: SameVote): EvaluationReport {
  const accuracies = runs.map(({ answers }) => accuracyOf(answers));
  const shares = accuracies.map(({ accuracy }) => accuracy);
  const counts = rightCounts(runs);
  const rates = passRates(runs);
  const R = runs.length;
  const n = Math.min(of, R);
  const overProblems = (estimate: (c: number) => number) => mean(counts.map(estimate));
  const blocks = Array.from({ length: Math.floor(R / n) }, (_, block) => runs.slice(block * n, (block + 1) * n));
  const majority = blocks.map((block) =>
    mean(
      counts.map((_, p) =>
        majorityIsRight(
          block.map(({ answers }) => answers[p]!),
          isSame,
          p,
        )
          ? 1
          : 0,
      ),
    ),
  );
  const answers = runs.flatMap((run) => run.answers);
  const P = counts.length;
  return {
    problems: P,
    runs: accuracies,
    accuracy: {
      mean: mean(shares),
      sd: deviationOf(shares),
      standardErrorOverRuns: standardErrorOf(shares),
      standardErrorOverProblems: standardErrorOf(rates) || null,
      interval: wilsonInterval(mean(shares), P),
      min: quantile(shares, 0),
      median: quantile(shares, 0.5),
      max: quantile(shares, 1),
    },
    histogram: binned(shares, (share) => Math.round(share * P)).map(({ from, to, items }) => ({
      from: from / P,
      to: to / P,
      runs: items.length,
    })),
    ofN: {
      n,
      average: mean(shares),
      best: overProblems((c) => passAtK(R, c, n)),
      worst: overProblems((c) => allOfK(R, c, n)),
      majority: mean(majority),
    },
    passAtK: attemptCounts(R).map((k) => ({ k, value: overProblems((c) => passAtK(R, c, k)) })),
    partial: mean(answers.map(({ partial }) => partial)),
    meanLength: mean(accuracies.map(({ meanLength }) => meanLength)),
    tokens: answers.reduce((sum, { tokens }) => sum + tokens, 0),
    truncated: mean(accuracies.map(({ truncated }) => truncated)),
    accuracyByTokens: binned(answers, ({ tokens }) => tokens).map(({ from, to, items }) => ({
      from,
      to,
      answers: items.length,
      accuracy: accuracyOf(items).accuracy,
    })),
  };
}
