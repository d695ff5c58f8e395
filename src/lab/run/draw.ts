/** Picture of a group's problem with the answer of one of its completions. */
import { taskNames, tasks } from '../../tasks';
import { OWN, ownJudge } from '../../tasks/own';
import type { Picture } from '../../tasks/picture';
import type { Task } from '../../tasks/task';
import { parseCompletion } from '../../text/completion';
import type { RolloutGroup } from '../../train/grpo';

/**
 * Draws with the group's task.
 * @param completion text of a completion, with special tokens
 * @returns null if the group names no known task or no valid problem
 */
export function drawGroup(group: Pick<RolloutGroup, 'task' | 'problem'>, completion: string): Picture | null {
  const name = taskNames.find((candidate) => candidate === group.task);
  if (!name && group.task !== OWN) return null;
  // own problems carry their judge
  const task = (name ? tasks[name] : ownJudge) as Pick<Task, 'problemSchema' | 'picture'>;
  const problem = task.problemSchema.safeParse(group.problem);
  return problem.success ? task.picture(problem.data, parseCompletion(completion).answer) : null;
}
