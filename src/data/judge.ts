/**
 * A completion read against its problem: its parts, its text, whether its answer is right. One that was cut off is not: its
 * answer might have gone on.
 */

import type { Problem, Task, Verdict } from '../tasks/task';
import { type ParsedCompletion, parseCompletion } from '../text/completion';
import type { Tokenizer } from '../text/tokenizer';

export interface Judged {
  readonly text: string;
  readonly parsed: ParsedCompletion;
  readonly verdict: Verdict;
}

export function judge(task: Task, problem: Problem, ids: readonly number[], tokenizer: Tokenizer): Judged {
  const text = tokenizer.decode(ids);
  const parsed = parseCompletion(text);
  const verdict = task.verify(problem.problem, parsed.answer);
  if (parsed.ended || !verdict.correct) return { text, parsed, verdict };
  return { text, parsed, verdict: { ...verdict, correct: false, reason: 'cut off before the answer was ended' } };
}
