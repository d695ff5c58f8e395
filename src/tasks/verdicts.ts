/** Verdicts: how a task makes one, and its reason as a sentence. A task keeps the words of its own codes in its record. */
import { excerpt } from '../quote';
import { type Reason, type ReasonOf, reasonFault, sentence, type Words } from '../reason';
import { folded, joined, plain } from '../text/answerText';
import type { Task, Verdict } from './task';

/** Reasons that a verdict of any task may have. */
const commonWords = {
  unclosed: 'the think block never closes, so there is no answer',
  no_answer: 'no answer',
  cut_off: 'cut off before the answer was ended',
} as const satisfies Words;

/** Reasons of `exactVerdict`. */
export const exactWords = {
  right: '{expected} is right',
  wrong: 'answered {given}, expected {expected}',
  missing: 'no answer; expected {expected}',
} as const satisfies Words;

type Measures = NonNullable<Verdict['measures']>;

const right = (reason: Reason, measures?: Measures): Verdict => ({
  correct: true,
  partial: 1,
  reason,
  ...(measures && { measures }),
});
/** @param partial in [0, 1) */
const wrong = (reason: Reason, partial = 0, measures?: Measures): Verdict => ({
  correct: false,
  partial,
  reason,
  ...(measures && { measures }),
});

/** Makers of verdicts whose reasons are in the task's own words. */
export const verdictsOf = <const W extends Words>(_words: W) => ({
  right: right as (reason: ReasonOf<W>, measures?: Measures) => Verdict,
  wrong: wrong as (reason: ReasonOf<W>, partial?: number, measures?: Measures) => Verdict,
});

const common = verdictsOf(commonWords);
const exact = verdictsOf(exactWords);

/** The verdict where there is no answer to judge; null where there is one. */
export function unanswered(answer: string | null): Verdict | null {
  if (answer === null) return common.wrong({ code: 'unclosed', values: {} });
  return joined(answer) === '' ? common.wrong({ code: 'no_answer', values: {} }) : null;
}

/** The verdict on a right answer of a completion that was cut off: the answer might have gone on. */
export const cutOff = (verdict: Verdict): Verdict => ({
  ...verdict,
  correct: false,
  reason: { code: 'cut_off', values: {} },
});

/** Characters of an answer that a reason quotes: longer than the budget of any recipe allows. */
export const LONGEST_QUOTE = 600;

/**
 * The verdict on an answer that is one exact text, but for spaces and letter case. Partial credit counts the places that agree.
 * @param read how spaces count
 */
export function exactVerdict(expected: string, answer: string | null, read = plain): Verdict {
  if (answer === null) return common.wrong({ code: 'unclosed', values: {} });
  const given = read(answer);
  const wanted = folded(read(expected));
  if (folded(given) === wanted) return exact.right({ code: 'right', values: { expected } });
  if (given === '') return exact.wrong({ code: 'missing', values: { expected } });
  const agree = [...wanted].filter((char, i) => folded(given)[i] === char).length;
  return exact.wrong(
    { code: 'wrong', values: { given: excerpt(given, LONGEST_QUOTE), expected } },
    agree / Math.max(wanted.length, given.length),
  );
}

/** An answer as a reason or a picture quotes it: the start of a long one. */
export const quoted = (answer: string): string => excerpt(answer, 60);

const wordsOf = ({ words }: Pick<Task, 'words'>): Words => ({ ...commonWords, ...words });

/** Reason of a verdict as a sentence. */
export const verdictText = (task: Pick<Task, 'words'>, reason: Reason): string => sentence(wordsOf(task), reason);

/** Names the fault of a reason that no verdict of the task can have; null where it fits. */
export const verdictFault = (task: Pick<Task, 'words'>, reason: Reason): string | null =>
  reasonFault(wordsOf(task), reason);
