/**
 * Suggestions for a recipe after the choice of a task or a level: a level that the task has, and lengths that its long traces
 * fit. A person who then sets a length keeps it.
 */
import type { z } from 'zod';
import { rewardTerms } from '../../rewards/index';
import { taskNames } from '../../tasks';
import { OWN, type OwnProblems, ownFaults, ownLineSchema } from '../../tasks/own';
import type { Task } from '../../tasks/task';
import { valueAt } from '../../valueAt';
import type { Recipe } from './recipe';
import { rewardSection } from './sections/reward';
import { taskOf } from './task';

/** L max ÷ tokens of the longest long trace, as in the small recipes. */
const SLACK = 1.5;

/** Largest completion budget of a recipe. */
const MOST_LMAX = 4096;

/** The part of a recipe that holds user-supplied problems. */
type Own = { readonly own: OwnProblems };

type Fields = Record<string, unknown>;

/** Task of that name; null where there is none, as own without problems. */
export function taskNamed(recipe: Own, name: unknown): Task | null {
  const known: string | undefined = name === OWN ? OWN : taskNames.find((candidate) => candidate === name);
  return known === undefined || (known === OWN && recipe.own.problems.length === 0) ? null : taskOf(recipe, known);
}

/** Levels that have problems, rising; user-supplied problems may lack some. */
export function levelsOf(task: Task, { own }: Own): number[] {
  const { min, max } = task.level;
  const all = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  const given = new Set(own.problems.map(({ level }) => level ?? 1));
  return task.name === OWN ? all.filter((level) => given.has(level)) : all;
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('.'));
/** Names of the field next to a level that holds the task: in the recipe's own section, and in lists of tasks. */
const NAMES = ['name', 'task'] as const;

/** Task whose level is at the path; null where the path is no level of a task. */
export function taskOfLevel(recipe: Recipe, path: string): Task | null {
  if (!path.endsWith('.level')) return null;
  for (const name of NAMES) {
    const task = taskNamed(recipe, valueAt(recipe, `${parentOf(path)}.${name}`));
    if (task) return task;
  }
  return null;
}

/** Levels that a field at the path may have, in words: "1 to 6 digits"; undefined where it is no level of a task. */
export function levelHint(recipe: Recipe, path: string): string | undefined {
  const task = taskOfLevel(recipe, path);
  if (!task) return undefined;
  const { min, max, unit } = task.level;
  return task.name === OWN ? `your problems have ${levelsOf(task, recipe).join(', ')}` : `${min} to ${max} ${unit}`;
}

/** Lengths for a task at a level, by the recipe's fields: L max, and the constants of reward terms that follow it. */
export function lengthsFor(task: Task, level: number): Record<string, number> {
  const lMax = Math.min(MOST_LMAX, Math.ceil(SLACK * task.longestTrace(level, 'long')));
  const tenth = (tokens: number) => Math.max(1, Math.round(10 * tokens) / 10);
  const shares = rewardTerms.flatMap(({ lengths }) => Object.entries(lengths ?? {}));
  return { lMax, ...Object.fromEntries(shares.map(([field, share]) => [field, tenth(share! * lMax)])) };
}

export interface Following {
  /** Fields by path, the edited one not among them. */
  readonly fields: Fields;
  /** The changes in words; null without changes. */
  readonly words: string | null;
}

const NOTHING: Following = { fields: {}, words: null };

/** Fields to change after the field at the path was set. */
export function followingFields(recipe: Recipe, path: string, value: unknown): Following {
  const parent = parentOf(path);
  if (path === 'task.name' || path.endsWith('.task')) {
    const task = taskNamed(recipe, value);
    if (!task || valueAt(recipe, `${parent}.level`) === undefined) return NOTHING;
    const level = { [`${parent}.level`]: task.level.initial };
    if (path !== 'task.name') return { fields: level, words: null };
    const lengths = ownLengths(recipe, task, task.level.initial);
    return { fields: { ...level, ...lengths.fields }, words: `Difficulty ${task.level.initial}${lengths.words}` };
  }
  if (path === 'task.level') {
    const task = taskOfLevel(recipe, path);
    if (!task || !levelsOf(task, recipe).includes(value as number)) return NOTHING;
    const { fields, words } = ownLengths(recipe, task, value as number);
    return { fields, words: words ? words.slice(2) : null };
  }
  if (path === 'own.problems' && recipe.task.name === OWN) return followingProblems(recipe, value);
  return NOTHING;
}

/** Fields to change after user-supplied problems were replaced: their first level, if they lack the recipe's. */
function followingProblems(recipe: Recipe, value: unknown): Following {
  const lines = ownLineSchema.array().min(1).safeParse(value);
  if (!lines.success) return NOTHING;
  const own: OwnProblems = { ...recipe.own, problems: lines.data };
  const given = { ...recipe, own } as Recipe;
  const task = ownFaults(own).length > 0 ? null : taskNamed(given, OWN);
  if (!task || levelsOf(task, given).includes(recipe.task.level)) return NOTHING;
  const { initial } = task.level;
  const { fields, words } = ownLengths(recipe, task, initial);
  return { fields: { 'task.level': initial, ...fields }, words: `Difficulty ${initial}${words}` };
}

/** Title of a field of the reward section. */
const titleOf = (field: string): string => {
  const fields: Readonly<Record<string, z.ZodType>> = rewardSection.unwrap().shape;
  return fields[field]!.meta()!.title!;
};

function ownLengths({ reward }: Recipe, task: Task, level: number): { fields: Fields; words: string } {
  const lengths = Object.entries(lengthsFor(task, level));
  const current: Readonly<Record<string, unknown>> = reward;
  if (lengths.every(([field, tokens]) => current[field] === tokens)) return { fields: {}, words: '' };
  const named = lengths.map(([field, tokens]) => `, ${titleOf(field)} ${tokens}`).join('');
  return {
    fields: Object.fromEntries(lengths.map(([field, tokens]) => [`reward.${field}`, tokens])),
    words: `${named}, as a long trace takes up to ${task.longestTrace(level, 'long')} tokens`,
  };
}

/** The item at its task's initial level; an item without a task as it is. */
export function atInitialLevel(recipe: Recipe, item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const task = taskNamed(recipe, (item as Fields).task);
  return task && 'level' in item ? { ...item, level: task.level.initial } : item;
}
