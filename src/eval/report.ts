/** What independent runs over the same problems say of a model: mean and spread, best and worst and majority of n, tokens. */
import { deviationOf, type Interval, mean, quantile, standardErrorOf, wilsonInterval } from '../stats';
import { type Accuracy, type Answered, accuracyOf } from './accuracy';
import { allOfK, majorityIsRight, passAtK, type SameVote } from './attempts';

/** One answer to every problem, in their order. */
export interface EvaluationRun {
  /** From 1. */
  readonly run: number;
  /** Of the run's random numbers. */
  readonly seed: number;
  readonly answers: readonly Answered[];
}

/** A deviation of one run, or over one problem, is null: one sample has none. */
export interface AccuracySpread {
  readonly mean: number;
  /** Between runs over the same problems (ddof 1): the noise of sampling alone. */
  readonly sd: number | null;
  /** sd / √runs: how far the mean may be from that of endless runs over these very problems. */
  readonly standardErrorOverRuns: number | null;
  /**
   * Standard error of the mean pass rate over problems (ddof 1): how far it may be from that over endless problems. Null where
   * all rates are the same, as at 0 % and 100 %: the problems do not show it.
   */
  readonly standardErrorOverProblems: number | null;
  /** Wilson's of the mean as a share of as many answers as there are problems; for several runs wider than it need be. */
  readonly interval: Interval;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

interface Bin {
  /** Both ends included. */
  readonly from: number;
  readonly to: number;
}

export interface EvaluationReport {
  readonly problems: number;
  readonly runs: readonly Accuracy[];
  readonly accuracy: AccuracySpread;
  /** Runs by accuracy, in bins of a whole number of problems. */
  readonly histogram: readonly (Bin & { readonly runs: number })[];
  /** Of n runs on a problem: their average, at least one right, all right, and the answer given most often. */
  readonly ofN: {
    readonly n: number;
    readonly average: number;
    readonly best: number;
    readonly worst: number;
    readonly majority: number;
  };
  readonly passAtK: readonly { readonly k: number; readonly value: number }[];
  /** Mean of how much of the answers is right, by the task. */
  readonly partial: number;
  readonly meanLength: number;
  /** Of all completions of all runs. */
  readonly tokens: number;
  readonly truncated: number;
  readonly accuracyByTokens: readonly (Bin & { readonly answers: number; readonly accuracy: number })[];
}

/** Most bins of a histogram. */
const BINS = 10;

/** Whole numbers in at most ten bins of equal width; empty bins are left out. */
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

/** How many runs got each problem right. */
const rightCounts = (runs: readonly EvaluationRun[]): number[] =>
  (runs[0]?.answers ?? []).map((_, p) => runs.filter(({ answers }) => answers[p]!.correct).length);

/** The share of runs that got each problem right. */
export const passRates = (runs: readonly EvaluationRun[]): number[] =>
  rightCounts(runs).map((count) => count / runs.length);

/** 1, 2, 4, … and all of them. */
function attemptCounts(runs: number): number[] {
  const counts = [];
  for (let k = 1; k < runs; k *= 2) counts.push(k);
  return [...counts, runs];
}

/**
 * Best and worst of n are the unbiased estimates over all ways to take n of the runs; the majority is that of the first n
 * runs, of the next n, and so on, averaged.
 * @param of n; at most as many as there are runs
 * @param isSame which answers are one vote of the majority; one text or one number, where left out
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
