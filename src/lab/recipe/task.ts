/** Tasks of a recipe: those of the lab, and the one of the recipe's user-supplied problems. */
import { splitOf } from '../../data/problems';
import { taskByName } from '../../tasks';
import { OWN, type OwnProblems, ownFaults, ownTask } from '../../tasks/own';
import type { Task } from '../../tasks/task';

/** Task by its name in the recipe. @throws where it has no problems */
export const taskOf = ({ own }: { readonly own: OwnProblems }, name: string): Task =>
  name === OWN ? (ownTask(own) as Task) : taskByName(name);

/** Fault of user-supplied problems of a level that cannot be trained on and evaluated; null without one. */
export function splitFault({ problems }: OwnProblems, level: number): string | null {
  const splits = problems.filter((line) => (line.level ?? 1) === level).map(({ prompt }) => splitOf(prompt));
  for (const [split, means] of [
    ['heldout', 'is held out for evaluation'],
    ['train', 'is left for training'],
  ] as const)
    if (!splits.includes(split))
      return `none of the ${splits.length} problems of level ${level} ${means} (an eighth is held out, by a hash of the prompt); add problems`;
  return null;
}

/**
 * Faults of the recipe's user-supplied problems: paths and words.
 * @param levels levels of them that the recipe uses; empty where it uses none
 */
export function ownIssues(
  own: OwnProblems,
  levels: readonly number[],
): { path: (string | number)[]; message: string }[] {
  const faults = ownFaults(own).map(({ index, field, message }) => ({
    path: ['own', 'problems', index, field],
    message,
  }));
  if (levels.length === 0 || faults.length > 0) return faults;
  const messages =
    own.problems.length === 0
      ? [`the task ${OWN} has no problems; add a file of them`]
      : levels.flatMap((level) => splitFault(own, level) ?? []);
  return messages.map((message) => ({ path: ['own', 'problems'], message }));
}
