/** What several attempts at one problem come to: pass@k, all of n, the majority's answer. */

import { decimalOf, isSameNumber } from '../decimal';
import { isSameAnswer, type Problem, type Task } from '../tasks/task';
import { isSameText, plain } from '../text/answerText';
import type { Answered } from './accuracy';

/**
 * Unbiased estimate that at least one of k attempts is right, from c right ones among n: 1 − C(n−c, k) / C(n, k), as the
 * product of Chen et al. 2021 (arXiv 2107.03374), which overflows nowhere. Over more problems: the mean.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let none = 1;
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i;
  return 1 - none;
}

/** Unbiased estimate that all of k attempts are right: C(c, k) / C(n, k). */
export function allOfK(n: number, c: number, k: number): number {
  let all = 1;
  for (let i = 0; i < k; i++) all *= Math.max(0, c - i) / (n - i);
  return all;
}

/** Whether two answers to a problem, by its place, are one. */
export type SameVote = (a: string, b: string, problem: number) => boolean;

/** Votes as the task's verifier takes answers for one. */
export const votesOf =
  (task: Task, problems: readonly Problem[]): SameVote =>
  (a, b, problem) =>
    isSameAnswer(task, problems[problem]!.problem, a, b);

/** Without a task: one text but for spaces and letter case, or one number. */
const isSameTextOrNumber: SameVote = (a, b) => {
  const [first, second] = [a, b].map((answer) => decimalOf(plain(answer)));
  return isSameText(a, b) || (first != null && second != null && isSameNumber(first, second));
};

/**
 * Whether the answer given most often is right. Completions without an answer, or cut off before its end, have no vote. Of
 * answers given equally often the one that was given first counts; where nobody votes, the majority is wrong. Answers of which
 * one is right and one is wrong are never one vote.
 * @param problem the place of the problem, for `isSame`
 */
export function majorityIsRight(
  attempts: readonly Answered[],
  isSame: SameVote = isSameTextOrNumber,
  problem = 0,
): boolean {
  const votes: { readonly answer: string; readonly correct: boolean; count: number }[] = [];
  for (const { answer, correct } of attempts) {
    if (answer === null || plain(answer) === '') continue;
    const vote = votes.find((other) => other.correct === correct && isSame(other.answer, answer, problem));
    if (vote) vote.count++;
    else votes.push({ answer, correct, count: 1 });
  }
  const most = Math.max(...votes.map(({ count }) => count));
  return votes.find(({ count }) => count === most)?.correct ?? false;
}
