/** Words and numbers of evaluations. */

import { taskNames, tasks } from '../../tasks';
import type { EvaluationRow, TaskAtLevel } from '../../worker/evaluationProtocol';
import { percent } from '../shared/format';

/** Title of a task; its name where a record has a task that this lab lacks. */
export function titleOfTask(name: string): string {
  const known = taskNames.find((candidate) => candidate === name);
  return known ? tasks[known].title : name === 'own' ? 'Own problems' : name;
}

/** Task and level, such as "Parity, 12 bits". */
export function taskWords({ task, level }: TaskAtLevel): string {
  const known = taskNames.find((candidate) => candidate === task);
  return `${titleOfTask(task)}, ${level}${known ? ` ${tasks[known].level.unit}` : ''}`;
}

/** "76 % to 90 %" */
export const intervalWords = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${percent(low)} to ${percent(high)}`;

/** Model of an evaluation, such as "grpo-20 of My run". @param titles title of each run */
export function modelWords({ of, name }: EvaluationRow, titles: Readonly<Record<string, string>>): string {
  if (!of) return name || 'a model that was not stored';
  const checkpoint = of.checkpoint === 'base' ? 'before training' : of.checkpoint;
  return `${titles[of.run] ?? of.run}, ${checkpoint}`;
}

/** "greedy" or "3 samples at temperature 0.8" */
export const samplingWords = ({ header: { temperature }, samples }: EvaluationRow): string =>
  temperature === 0 ? 'greedy' : `${samples} ${samples === 1 ? 'sample' : 'samples'} at temperature ${temperature}`;
