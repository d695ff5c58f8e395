/** A completion judged against its problem: its parts, its text, its verdict. One that was cut off is not right: its answer might have gone on. */
import type { Problem, Task, Verdict } from '../tasks/task';
import { cutOff } from '../tasks/verdicts';
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
  return { text, parsed, verdict: parsed.ended || !verdict.correct ? verdict : cutOff(verdict) };
}
