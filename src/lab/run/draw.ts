/** Draws the problem of a group with the answer of one of its completions, as its task does. */
import { judgeNamed } from '../../tasks';
import type { Picture } from '../../tasks/picture';
import { parseCompletion } from '../../text/completion';
import type { RolloutGroup } from '../../train/grpo';

/**
 * @param completion the text of a completion, special tokens written out
 * @returns null where the task does not exist here, or cannot read the problem
 */
export function drawGroup(
  { task, problem }: Pick<RolloutGroup, 'task' | 'problem'>,
  completion: string,
): Picture | null {
  const judge = judgeNamed(task);
  const read = judge?.problemSchema.safeParse(problem);
  return judge && read?.success ? judge.picture(read.data, parseCompletion(completion).answer) : null;
}
