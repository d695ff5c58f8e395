/** Judged answers written by hand. */
import type { Answered } from './accuracy';

export const given = (answer: string | null, correct = false, tokens = 4): Answered => ({
  correct,
  partial: correct ? 1 : answer === null ? 0 : 0.5,
  answer,
  tokens,
  ended: answer !== null,
});
export const [right, wrong] = [given('7', true), given('8')];
