/**
 * Verdict of a completion against its problem, with its text and parts. A completion that was cut off is not right: its answer
 * might have gone on.
 */
import type { Problem, Task, Verdict } from '../tasks/task';
import { cutOff } from '../tasks/verdicts';
import { type ParsedCompletion, parseCompletion } from '../text/completion';
import type { Tokenizer } from '../text/tokenizer';

export interface Judged {
  readonly text: string;
  readonly parsed: ParsedCompletion;
  readonly verdict: Verdict;
}

export function judge(
  task: Pick<Task, 'verify'>,
  problem: Problem,
  ids: readonly number[],
  tokenizer: Tokenizer,
): Judged {
  const text = tokenizer.decode(ids);
  const parsed = parseCompletion(text);
  const verdict = task.verify(problem.problem, parsed.answer);
  return { text, parsed, verdict: parsed.ended || !verdict.correct ? verdict : cutOff(verdict) };
}
