/** Cleans a pool before anything is measured: removes duplicates and problems too near to one of an evaluation. */
import type { Reason, ReasonOf, Words } from '../../reason';
import type { Problem, Task } from '../../tasks/task';
import type { TaskProblem } from '../problems';
import { PromptIndex, type Similar } from './similarity';

/** Problems that a task is evaluated on. */
export interface EvaluationSet {
  readonly task: Task;
  readonly level: number;
  readonly problems: readonly Problem[];
}

/** Reasons for which a problem is left out; codes that begin with `near` have a similarity below 1. */
export const cleaningWords = {
  duplicate: 'duplicate: the same as {prompt}',
  near_duplicate: 'duplicate: {similarity} like {prompt}',
  contaminated: 'contaminated: the same as {prompt} in the evaluation of {task} at {level}',
  near_contaminated: 'contaminated: {similarity} like {prompt} in the evaluation of {task} at {level}',
} as const satisfies Words;

export interface Removed {
  readonly problem: TaskProblem;
  readonly dirt: 'duplicate' | 'contaminated';
  readonly reason: ReasonOf<typeof cleaningWords>;
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

/** The reason of one kind of dirt, by the similar prompt; `values` complete it. */
function reasonOf(
  dirt: Removed['dirt'],
  own: string,
  { prompt, similarity }: Similar,
  values: Reason['values'] = {},
): Removed['reason'] {
  const near = prompt !== own;
  return {
    code: near ? `near_${dirt}` : dirt,
    values: { prompt, ...(near && { similarity: similarity.toFixed(2) }), ...values },
  } as Removed['reason'];
}

/** Problems of one prompt are one problem, also across tasks; the first of each stays. */
export function clean(
  pool: readonly TaskProblem[],
  evaluations: readonly EvaluationSet[],
  { dedupe, decontaminate }: CleaningOptions,
): Cleaned {
  const seen = new PromptIndex(dedupe);
  const asked = evaluations.map(({ task, level, problems }) => {
    const index = new PromptIndex(decontaminate);
    for (const { prompt } of problems) index.add(prompt);
    return { values: { task: task.name, level }, index };
  });
  const kept: TaskProblem[] = [];
  const removed: Removed[] = [];
  for (const problem of pool) {
    const { prompt } = problem.problem;
    const evaluated = asked.flatMap(({ values, index }) => {
      const found = index.find(prompt);
      return found ? [reasonOf('contaminated', prompt, found, values)] : [];
    });
    const before = seen.find(prompt);
    if (evaluated[0] !== undefined) removed.push({ problem, dirt: 'contaminated', reason: evaluated[0] });
    else if (before) removed.push({ problem, dirt: 'duplicate', reason: reasonOf('duplicate', prompt, before) });
    else {
      seen.add(prompt);
      kept.push(problem);
    }
  }
  return { kept, removed };
}
