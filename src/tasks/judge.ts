/** A completion read against its problem: its parts, its text, whether its answer is right. */
import { type ParsedCompletion, parseCompletion } from '../text/completion';
import type { Tokenizer } from '../text/tokenizer';
import type { Problem, Task, Verdict } from './task';

export interface Judged {
  readonly text: string;
  readonly parsed: ParsedCompletion;
  readonly verdict: Verdict;
}

export function judge(task: Task, problem: Problem, ids: readonly number[], tokenizer: Tokenizer): Judged {
  const text = tokenizer.decode(ids);
  const parsed = parseCompletion(text);
  return { text, parsed, verdict: task.verify(problem.problem, parsed.answer) };
}
