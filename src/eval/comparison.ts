/**
 * Paired comparison of two models on the same problems. The difficulty of a problem affects both models, so it cancels in the
 * difference. Two separate intervals would hide small differences (Miller 2024, arXiv 2411.00640).
 */
import { random } from '../random';
import { type Interval, mean, newcombeInterval, quantile, standardErrorOf } from '../stats';
import { type EvaluationRun, passRates } from './report';

export interface Comparison {
  readonly problems: number;
  /** Mean accuracies; `difference` is b − a. */
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** Standard error of the difference over problems: sd (ddof 1) / √problems; null for one problem. */
  readonly standardError: number | null;
  /**
   * Percentile interval of a paired bootstrap over problems (Efron and Tibshirani 1993, chapter 13). If all problems differ by
   * the same amount, a bootstrap has no width: then it is Newcombe's interval, with 0 resamples. Null for one problem.
   */
  readonly interval: (Interval & { readonly resamples: number }) | null;
  /** Problems with a higher pass rate of a, of b, and with equal rates. */
  readonly aBetter: number;
  readonly bBetter: number;
  readonly equal: number;
}

const CONFIDENCE = 0.95;
const RESAMPLES = 10_000;

/** Confidence interval of the mean difference. @param differences two or more */
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

/** Compares runs of two models. @param seed of the bootstrap @throws if the numbers of problems differ */
export function compareRuns(a: readonly EvaluationRun[], b: readonly EvaluationRun[], seed: number): Comparison {
  const [ratesA, ratesB] = [passRates(a), passRates(b)];
  const P = ratesA.length;
  if (P !== ratesB.length)
    throw new Error(
      `runs over ${P} and over ${ratesB.length} problems cannot be paired; evaluate both on the same problems`,
    );
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
