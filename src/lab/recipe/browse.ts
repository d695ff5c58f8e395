/** Problems of a task for browsing: the same as the terminal's `data` prints for the same task, level and seed. */
import { type Random, random } from '../../random';
import { taskNames } from '../../tasks';
import { OWN, type OwnProblems } from '../../tasks/own';
import type { Problem, Task } from '../../tasks/task';
import { levelsOf, taskNamed } from './levels';
import { taskOf } from './task';

/** Place of a problem; the index counts from 0. */
export interface Browsed {
  readonly task: string;
  readonly level: number;
  readonly seed: number;
  readonly index: number;
}

/** Problems of one seed for browsing; each is generated after those before it. */
export const MOST_BROWSED = 500;

const clamp = (value: number, low: number, high: number) =>
  Number.isFinite(value) ? Math.min(high, Math.max(low, Math.round(value))) : low;

const NO_PROBLEMS: OwnProblems = { problems: [], match: 'exact', tolerance: 0 };

const nearest = (levels: readonly number[], wanted: number): number =>
  levels.reduce((best, level) => (Math.abs(level - wanted) < Math.abs(best - wanted) ? level : best));

/**
 * Nearest place that exists: the nearest level of the task; the first task where the name is unknown.
 * @param own user-supplied problems
 */
export function browsable({ task: name, level, seed, index }: Browsed, own: OwnProblems = NO_PROBLEMS): Browsed {
  const known = taskNamed({ own }, name);
  const task = known ?? taskOf({ own }, taskNames[0] as string);
  return {
    task: task.name,
    level: known && Number.isFinite(level) ? nearest(levelsOf(known, { own }), level) : task.level.initial,
    seed: clamp(seed, 0, 2 ** 31 - 1),
    index: clamp(index, 0, MOST_BROWSED - 1),
  };
}

export const browsedStream = (task: Task, level: number, seed: number): Random =>
  random(seed, 'data', task.name, level);

/** Problems of a stream by index, each generated once. */
export class BrowsedProblems {
  readonly task: Task;
  private readonly stream: Random;
  private readonly made: Problem[] = [];

  constructor(
    task: string,
    private readonly level: number,
    seed: number,
    own: OwnProblems = NO_PROBLEMS,
  ) {
    this.task = taskOf({ own }, task);
    this.stream = browsedStream(this.task, level, seed);
  }

  at(index: number): Problem {
    while (this.made.length <= index) this.made.push(this.task.generate(this.stream, this.level));
    return this.made[index] as Problem;
  }
}

/** The command that prints the same problem as the last of its lines. */
export const browsedCommand = (
  { task, level, seed, index }: Browsed,
  { match, tolerance }: OwnProblems = NO_PROBLEMS,
): string =>
  `npm run lab -- data --task ${task}${task === OWN ? ` --data YOUR-FILE.jsonl --match ${match} --tolerance ${tolerance}` : ''} --level ${level} --seed ${seed} -n ${index + 1}`;
