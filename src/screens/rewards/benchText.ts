/** Edits of a written completion by a button: each shows which part of the reward it costs. */
import { SPECIAL } from '../../text/vocabulary';

export interface BenchEdit {
  readonly label: string;
  /** Completion after the edit; null where the edit has nothing to change. */
  readonly change: (text: string) => string | null;
}

/** Position of the answer: after the last `</think>`, up to the end token. */
function answerIn(text: string): { from: number; to: number } | null {
  const close = text.lastIndexOf(SPECIAL.thinkEnd);
  const end = text.indexOf(SPECIAL.end);
  const from = close < 0 ? 0 : close + SPECIAL.thinkEnd.length;
  const to = end < 0 ? text.length : end;
  return from < to ? { from, to } : null;
}

export const benchEdits: readonly BenchEdit[] = [
  {
    label: `Delete ${SPECIAL.thinkEnd}`,
    change: (text) => (text.includes(SPECIAL.thinkEnd) ? text.replaceAll(SPECIAL.thinkEnd, '') : null),
  },
  {
    label: 'Repeat the answer',
    change(text) {
      const answer = answerIn(text);
      return answer && text.slice(0, answer.to) + text.slice(answer.from, answer.to) + text.slice(answer.to);
    },
  },
  {
    label: 'Double the thinking',
    change(text) {
      const from = text.indexOf(SPECIAL.think) + SPECIAL.think.length;
      const to = text.lastIndexOf(SPECIAL.thinkEnd);
      if (from < SPECIAL.think.length || from >= to) return null;
      return text.slice(0, to) + text.slice(from, to) + text.slice(to);
    },
  },
];
