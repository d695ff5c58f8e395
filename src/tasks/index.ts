/** Every task: adding one is its file and a line here. */
import { quote } from '../quote';
import { addition } from './addition';
import { arithmetic } from './arithmetic';
import { calendar } from './calendar';
import { countdown } from './countdown';
import { maze } from './maze';
import { modular } from './modular';
import { OWN, ownJudge } from './own';
import { parity } from './parity';
import { sat } from './sat';
import { spatial } from './spatial';
import { stack } from './stack';
import type { Task } from './task';
import { tsp } from './tsp';
import { units } from './units';

const ours = {
  parity,
  addition,
  modular,
  arithmetic,
  countdown,
  sat,
  tsp,
  calendar,
  maze,
  spatial,
  units,
  stack,
} as const;
export type TaskName = keyof typeof ours;

const all = { ...ours } as unknown as Record<TaskName, Task>;
const names = Object.keys(ours) as TaskName[];

export const tasks: Readonly<Record<TaskName, Task>> = all;
export const taskNames: readonly TaskName[] = names;

/**
 * Adds a task of another program. Recipes know it from then on, so call this before loading lab/recipe.
 * @throws where a task of its name exists already
 */
export function addTask(task: Task): void {
  const name = task.name as TaskName;
  if (task.name === OWN || names.includes(name)) throw new Error(`task ${quote(name)} exists already; rename it`);
  all[name] = task;
  names.push(name);
}

/** @throws naming the tasks that there are */
export function taskByName(name: string): Task {
  if (name === OWN) throw new Error(`the task ${OWN} has its problems in a file or a recipe: give the file`);
  if (!Object.hasOwn(all, name)) throw new Error(`there is no task ${quote(name)}; there are ${names.join(', ')}`);
  return all[name as TaskName];
}

/** Part of a task that judges an answer to a problem which is given as data. */
export type Judge = Pick<Task, 'problemSchema' | 'words' | 'verify' | 'isSame' | 'picture'>;

/** Judge of a task by its name, own problems included; null where there is no such task. */
export const judgeNamed = (name: string): Judge | null =>
  name === OWN ? (ownJudge as Judge) : Object.hasOwn(all, name) ? all[name as TaskName] : null;
