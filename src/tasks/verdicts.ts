/** What tasks with more than one right answer say of the wrong ones; exactVerdict in task.ts is for those with one text. */
import { excerpt } from '../quote';
import { joined } from '../text/answerText';
import type { Verdict } from './task';

/** @param partial in [0, 1) */
export const wrong = (reason: string, partial = 0, measures?: Verdict['measures']): Verdict => ({
  correct: false,
  partial,
  reason,
  ...(measures && { measures }),
});

/** The verdict on an answer of which there is nothing to judge; null where there is something. */
export function unanswered(answer: string | null): Verdict | null {
  if (answer === null) return wrong('the think block never closes, so there is no answer');
  return joined(answer) === '' ? wrong('no answer') : null;
}

/** An answer as a reason or a picture may quote it: the start of a long one. */
export const quoted = (answer: string): string => excerpt(answer, 60);
