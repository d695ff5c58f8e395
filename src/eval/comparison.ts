/**
 * Two models on the same problems. What one problem is harder than another is common to both and drops out of the
 * differences, which is why a paired comparison sees what two separate intervals hide (Miller 2024, arXiv 2411.00640).
 */
import { random } from '../random';
import { type Interval, mean, newcombeInterval, quantile, standardErrorOf } from '../stats';
import { type EvaluationRun, passRates } from './report';

export interface Comparison {
  readonly problems: number;
  /** Mean accuracies, and by how much b is better. */
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** Of the difference, over problems: sd of the differences (ddof 1) / √problems; null for one problem. */
  readonly standardError: number | null;
  /**
   * Paired bootstrap over problems, percentiles (Efron and Tibshirani 1993, chapter 13). Where all problems differ by the same,
   * which leaves a bootstrap without width, Newcombe's score interval, and 0 resamples. Null for one problem.
   */
  readonly interval: (Interval & { readonly resamples: number }) | null;
  /** Problems that a, that b, that neither gets right more often. */
  readonly aBetter: number;
  readonly bBetter: number;
  readonly equal: number;
}

const CONFIDENCE = 0.95;
const RESAMPLES = 10_000;

/** @param differences two or more */
function intervalOf(differences: readonly number[], a: number, b: number, seed: number): Comparison['interval'] {
  const P = differences.length;
  if (differences.every((difference) => difference === differences[0]))
    return { ...newcombeInterval(a, b, P), resamples: 0 };
  const stream = random(seed, 'paired bootstrap');
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < P; i++) sum += differences[stream.integer(0, P - 1)]!;
    return sum / P;
  });
  const tail = (1 - CONFIDENCE) / 2;
  return {
    confidence: CONFIDENCE,
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    resamples: RESAMPLES,
  };
}

/** @param seed of the bootstrap @throws where the runs are not over as many problems */
export function compareRuns(a: readonly EvaluationRun[], b: readonly EvaluationRun[], seed: number): Comparison {
  const [ratesA, ratesB] = [passRates(a), passRates(b)];
  const P = ratesA.length;
  if (P !== ratesB.length) throw new Error(`runs over ${P} and over ${ratesB.length} problems cannot be paired`);
  const differences = ratesB.map((rate, p) => rate - ratesA[p]!);
  const [meanA, meanB] = [mean(ratesA), mean(ratesB)];
  return {
    problems: P,
    a: meanA,
    b: meanB,
    difference: mean(differences),
    standardError: standardErrorOf(differences),
    interval: P < 2 ? null : intervalOf(differences, meanA, meanB, seed),
    aBetter: differences.filter((d) => d < 0).length,
    bBetter: differences.filter((d) => d > 0).length,
    equal: differences.filter((d) => d === 0).length,
  };
}
