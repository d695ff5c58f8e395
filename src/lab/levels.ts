/**
 * What follows in a recipe from the choice of a task or a level: a level that the task has, and lengths that its long traces
 * fit. Only suggestions: a person who then sets a length keeps it.
 */
import { taskNames, tasks } from '../tasks';
import type { Task } from '../tasks/task';
import type { Recipe } from './recipe';

/** L max against the longest long trace, L pos and L neg against L max, as the small recipes have them. */
const LENGTHS = { lMax: 1.5, lPos: 0.8, lNeg: 0.35 } as const;

type Fields = Record<string, unknown>;

const taskNamed = (name: unknown): Task | null => {
  const known = taskNames.find((candidate) => candidate === name);
  return known ? (tasks[known] as Task) : null;
};

const at = (recipe: Recipe, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((value, key) => (typeof value === 'object' && value ? (value as Fields)[key] : undefined), recipe);

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('.'));
/** Under which names a task stands beside its level: in the recipe's own section, and in lists of tasks. */
const NAMES = ['name', 'task'] as const;

/** The task whose level stands at the path; null where it is no level of a task. */
export function taskOfLevel(recipe: Recipe, path: string): Task | null {
  if (!path.endsWith('.level')) return null;
  for (const name of NAMES) {
    const task = taskNamed(at(recipe, `${parentOf(path)}.${name}`));
    if (task) return task;
  }
  return null;
}

/** Lengths for a task at a level. */
export function lengthsFor(task: Task, level: number): { lMax: number; lPos: number; lNeg: number } {
  const lMax = Math.ceil(LENGTHS.lMax * task.longestTrace(level, 'long'));
  const tenth = (tokens: number) => Math.max(1, Math.round(10 * tokens) / 10);
  return { lMax, lPos: tenth(LENGTHS.lPos * lMax), lNeg: tenth(LENGTHS.lNeg * lMax) };
}

export interface Following {
  /** Fields by path, the edited one not among them. */
  readonly fields: Fields;
  /** What follows, in words; null where nothing does. */
  readonly told: string | null;
}

const NOTHING: Following = { fields: {}, told: null };

/** What follows from setting the field at the path. */
export function followingFields(recipe: Recipe, path: string, value: unknown): Following {
  const parent = parentOf(path);
  if (path === 'task.name' || path.endsWith('.task')) {
    const task = taskNamed(value);
    if (!task || at(recipe, `${parent}.level`) === undefined) return NOTHING;
    const level = { [`${parent}.level`]: task.level.initial };
    if (path !== 'task.name') return { fields: level, told: null };
    const lengths = ownLengths(recipe, task, task.level.initial);
    return { fields: { ...level, ...lengths.fields }, told: `Difficulty ${task.level.initial}${lengths.words}` };
  }
  if (path === 'task.level') {
    const task = taskOfLevel(recipe, path);
    const { min, max } = task?.level ?? { min: 1, max: 0 };
    if (!task || !Number.isInteger(value) || (value as number) < min || (value as number) > max) return NOTHING;
    const { fields, words } = ownLengths(recipe, task, value as number);
    return { fields, told: words ? words.slice(2) : null };
  }
  return NOTHING;
}

function ownLengths({ reward }: Recipe, task: Task, level: number): { fields: Fields; words: string } {
  const { lMax, lPos, lNeg } = lengthsFor(task, level);
  if (reward.lMax === lMax && reward.lPos === lPos && reward.lNeg === lNeg) return { fields: {}, words: '' };
  return {
    fields: { 'reward.lMax': lMax, 'reward.lPos': lPos, 'reward.lNeg': lNeg },
    words: `, L max ${lMax}, L pos ${lPos}, L neg ${lNeg}, as a long trace takes up to ${task.longestTrace(level, 'long')} tokens`,
  };
}

/** An item that names a task, at the level that the task begins with; any other as it is. */
export function atInitialLevel(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const task = taskNamed((item as Fields).task);
  return task && 'level' in item ? { ...item, level: task.level.initial } : item;
}
