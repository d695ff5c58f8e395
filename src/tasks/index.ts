/** Every task: adding one is its file and a line here. */
import { quote } from '../quote';
import { addition } from './addition';
import { arithmetic } from './arithmetic';
import { calendar } from './calendar';
import { countdown } from './countdown';
import { maze } from './maze';
import { modular } from './modular';
import { OWN } from './own';
import { parity } from './parity';
import { sat } from './sat';
import { spatial } from './spatial';
import { stack } from './stack';
import type { Task } from './task';
import { tsp } from './tsp';
import { units } from './units';

export const tasks = {
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
export type TaskName = keyof typeof tasks;
export const taskNames = Object.keys(tasks) as TaskName[];

/** @throws naming the tasks that there are */
export function taskByName(name: string): Task {
  if (name === OWN) throw new Error(`the task ${OWN} has its problems in a file or a recipe: give the file`);
  if (!Object.hasOwn(tasks, name))
    throw new Error(`there is no task ${quote(name)}; there are ${taskNames.join(', ')}`);
  return tasks[name as TaskName] as Task;
}
