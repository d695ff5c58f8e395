/** Metrics of several attempts at one problem: pass@k, all of k, majority vote. */
import { decimalOf, isSameNumber } from '../decimal';
import { isSameAnswer, type Problem, type Task } from '../tasks/task';
import { isSameText, plain } from '../text/answerText';
import type { Answered } from './accuracy';

/**
 * Unbiased estimate of pass@k from c right attempts among n: 1 − C(n−c, k) / C(n, k). The product of Chen et al. 2021
 * (arXiv 2107.03374) avoids overflow. Average it over problems.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let none = 1;
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i;
  return 1 - none;
}

/** Unbiased estimate of the probability that k attempts are all right: C(c, k) / C(n, k). */
export function allOfK(n: number, c: number, k: number): number {
  let all = 1;
  for (let i = 0; i < k; i++) all *= Math.max(0, c - i) / (n - i);
  return all;
}

/** Compares two answers to a problem, given its index: true if they count as one vote. */
export type SameVote = (a: string, b: string, problem: number) => boolean;

/** Compares votes as the task's verifier compares answers. */
export const votesOf =
  (task: Task, problems: readonly Problem[]): SameVote =>
  (a, b, problem) =>
    isSameAnswer(task, problems[problem]!.problem, a, b);

/** Compares votes without a task: equal text except for spaces and letter case, or equal numbers. */
const isSameTextOrNumber: SameVote = (a, b) => {
  const [first, second] = [a, b].map((answer) => decimalOf(plain(answer)));
  return isSameText(a, b) || (first != null && second != null && isSameNumber(first, second));
};

/** Most frequent answer to a problem. */
export interface Majority {
  readonly answer: string;
  readonly correct: boolean;
  readonly votes: number;
}

/**
 * Most frequent answer; null without votes. A completion without an answer, or cut off, has no vote. The earliest answer wins
 * a tie. A right and a wrong answer never count as one vote.
 * @param problem index of the problem, for `isSame`
 */
export function majorityOf(
  attempts: readonly Answered[],
  isSame: SameVote = isSameTextOrNumber,
  problem = 0,
): Majority | null {
  const found: { readonly answer: string; readonly correct: boolean; votes: number }[] = [];
  for (const { answer, correct } of attempts) {
    if (answer === null || plain(answer) === '') continue;
    const vote = found.find((other) => other.correct === correct && isSame(other.answer, answer, problem));
    if (vote) vote.votes++;
    else found.push({ answer, correct, votes: 1 });
  }
  const most = Math.max(...found.map(({ votes }) => votes));
  return found.find(({ votes }) => votes === most) ?? null;
}

/** True if the most frequent answer is right. Without votes the majority is wrong. */
export const majorityIsRight = (...asked: Parameters<typeof majorityOf>): boolean =>
  majorityOf(...asked)?.correct ?? false;
