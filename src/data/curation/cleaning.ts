/** Cleans a pool before anything is measured: removes duplicates and problems too near to one of an evaluation. */
import type { Problem, Task } from '../../tasks/task';
import type { TaskProblem } from '../problems';
import { PromptIndex, type Similar } from './similarity';

/** Problems that a task is evaluated on. */
export interface EvaluationSet {
  readonly task: Task;
  readonly level: number;
  readonly problems: readonly Problem[];
}

export type Dirt = 'duplicate' | 'contaminated';

export interface Removed {
  readonly problem: TaskProblem;
  readonly dirt: Dirt;
  /** The problem that it is too near to, in words. */
  readonly reason: string;
}

export interface Cleaned {
  readonly kept: readonly TaskProblem[];
  readonly removed: readonly Removed[];
}

export interface CleaningOptions {
  /** Similarity from which the later of two problems is a duplicate. */
  readonly dedupe: number;
  /** Similarity to a problem of an evaluation from which a problem is contaminated. */
  readonly decontaminate: number;
}

const likeness = (own: string, { prompt, similarity }: Similar) =>
  prompt === own ? `the same as ${prompt}` : `${similarity.toFixed(2)} like ${prompt}`;

/** Problems of one prompt are one problem, whatever the task; the first of each stays. */
export function clean(
  pool: readonly TaskProblem[],
  evaluations: readonly EvaluationSet[],
  { dedupe, decontaminate }: CleaningOptions,
): Cleaned {
  const seen = new PromptIndex(dedupe);
  const asked = evaluations.map(({ task, level, problems }) => {
    const index = new PromptIndex(decontaminate);
    for (const { prompt } of problems) index.add(prompt);
    return { name: `${task.name} at ${level}`, index };
  });
  const kept: TaskProblem[] = [];
  const removed: Removed[] = [];
  for (const problem of pool) {
    const { prompt } = problem.problem;
    const remove = (dirt: Dirt, reason: string) => removed.push({ problem, dirt, reason });
    const evaluated = asked.flatMap(({ name, index }) => {
      const found = index.find(prompt);
      return found ? [`${likeness(prompt, found)} in the evaluation of ${name}`] : [];
    });
    const before = seen.find(prompt);
    if (evaluated[0] !== undefined) remove('contaminated', evaluated[0]);
    else if (before) remove('duplicate', likeness(prompt, before));
    else {
      seen.add(prompt);
      kept.push(problem);
    }
  }
  return { kept, removed };
}
