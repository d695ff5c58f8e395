/** The task of a recipe: one that comes with the lab, or the one that the recipe's own problems make. */
import { splitOf } from '../data/problems';
import { taskByName } from '../tasks';
import { OWN, type OwnProblems, ownFaults, ownTask } from '../tasks/own';
import type { Task } from '../tasks/task';
import type { Recipe } from './recipe';

/** @throws where the task has no problems */
export const taskOf = ({ task, own }: Pick<Recipe, 'task' | 'own'>): Task =>
  task.name === OWN ? (ownTask(own) as Task) : taskByName(task.name);

/** Why own problems of a level cannot be trained on and evaluated; null where they can. */
export function splitFault({ problems }: OwnProblems, level: number): string | null {
  const splits = problems.filter((line) => (line.level ?? 1) === level).map(({ prompt }) => splitOf(prompt));
  for (const [split, means] of [
    ['heldout', 'is held out for evaluation'],
    ['train', 'is left for training'],
  ] as const)
    if (!splits.includes(split))
      return `none of the ${splits.length} problems of level ${level} ${means} (an eighth is held out, by a hash of the prompt): give more`;
  return null;
}

/** What is wrong with the recipe's own problems: paths and words. */
export function ownIssues({
  task,
  own,
}: Pick<Recipe, 'task' | 'own'>): { path: (string | number)[]; message: string }[] {
  const faults = ownFaults(own).map(({ index, field, message }) => ({
    path: ['own', 'problems', index, field],
    message,
  }));
  if (task.name !== OWN || faults.length > 0) return faults;
  const message =
    own.problems.length === 0 ? `the task ${OWN} has no problems: give a file of them` : splitFault(own, task.level);
  return message === null ? [] : [{ path: ['own', 'problems'], message }];
}
