/** What several attempts at one problem come to: pass@k, all of n, the majority's answer. */
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

/** White space around an answer, and how much of it stands within, makes no other answer. */
const normalised = (answer: string): string => answer.trim().replace(/\s+/g, ' ');

/**
 * Whether the answer given most often is right. Completions without an answer, or cut off before its end, have no vote. Of
 * answers given equally often the one that was given first counts; where nobody votes, the majority is wrong.
 */
export function majorityIsRight(attempts: readonly Answered[]): boolean {
  const votes = new Map<string, { count: number; readonly correct: boolean }>();
  for (const { answer, correct } of attempts) {
    if (answer === null || answer.trim() === '') continue;
    const vote = votes.get(normalised(answer));
    if (vote) vote.count++;
    else votes.set(normalised(answer), { count: 1, correct });
  }
  let most: { readonly count: number; readonly correct: boolean } = { count: 0, correct: false };
  for (const vote of votes.values()) if (vote.count > most.count) most = vote;
  return most.correct;
}
