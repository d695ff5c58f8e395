/** Draws the problem of a group with the answer of one of its completions, as its task does. */
import { taskNames, tasks } from '../../tasks';
import { OWN, ownJudge } from '../../tasks/own';
import type { Picture } from '../../tasks/picture';
import type { Task } from '../../tasks/task';
import { parseCompletion } from '../../text/completion';
import type { RolloutGroup } from '../../train/grpo';

/**
 * @param completion the text of a completion, special tokens written out
 * @returns null where it cannot be drawn: a recording of before groups carried their problems, or a task that is not here
 */
export function drawGroup(group: Pick<RolloutGroup, 'task' | 'problem'>, completion: string): Picture | null {
  const name = taskNames.find((candidate) => candidate === group.task);
  if (!name && group.task !== OWN) return null;
  // own problems bring along what they are judged by
  const task = (name ? tasks[name] : ownJudge) as Pick<Task, 'problemSchema' | 'picture'>;
  const problem = task.problemSchema.safeParse(group.problem);
  return problem.success ? task.picture(problem.data, parseCompletion(completion).answer) : null;
}
