/** Every task: adding one is its file and a line here. */
import { addition } from './addition';
import { arithmetic } from './arithmetic';
import { countdown } from './countdown';
import { modular } from './modular';
import { parity } from './parity';
import { sat } from './sat';
import type { Task } from './task';
import { tsp } from './tsp';

export const tasks = { parity, addition, modular, arithmetic, countdown, sat, tsp } as const;
export type TaskName = keyof typeof tasks;
export const taskNames = Object.keys(tasks) as TaskName[];

/** @throws naming the tasks that there are */
export function taskByName(name: string): Task {
  if (!Object.hasOwn(tasks, name))
    throw new Error(`there is no task ${JSON.stringify(name)}; there are ${taskNames.join(', ')}`);
  return tasks[name as TaskName] as Task;
}
