/** Problems and teacher traces from seeds. A share of all problems, chosen by a hash of what they ask, is held out. */
import { hash, type Random, random } from '../random';
import type { Problem, Task, Trace, TraceKind } from '../tasks/task';

export type Split = 'train' | 'heldout';

/** One problem in this many is held out of training. */
const HELD_OUT_SHARE = 8;
const MOST_DRAWS = 10_000;

/** Two problems of one identity are the same problem. */
export const identityOf = (task: Task, { prompt, problem }: Problem): string => task.identity?.(problem) ?? prompt;

export const splitOf = (identity: string): Split => (hash(identity) % HELD_OUT_SHARE === 0 ? 'heldout' : 'train');

/** A problem of the split. @throws where the level has too few problems to hold any of that split */
export function drawProblem(task: Task, level: number, split: Split, stream: Random): Problem {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const problem = task.generate(stream, level);
    if (splitOf(identityOf(task, problem)) === split) return problem;
  }
  throw new Error(
    `${task.name} at ${level} ${task.level.unit} has no problem of the split "${split}": raise the level`,
  );
}

/** A problem with the task that judges it. */
export interface TaskProblem {
  readonly task: Task;
  readonly level: number;
  readonly problem: Problem;
}

/** Source of training problems: fresh ones of a task, a mixture, a curated set, a curriculum. */
export interface ProblemSource {
  /** The next problem to train on. */
  draw(): TaskProblem;
  /** Receives the share of a problem's answers that was right; a curriculum uses it. */
  answered(problem: TaskProblem, passRate: number): void;
}

/** Problems of a task at a level without end, each a new draw. */
export const freshProblems = (task: Task, level: number, stream: Random): ProblemSource => ({
  draw: () => ({ task, level, problem: drawProblem(task, level, 'train', stream) }),
  answered() {},
});

/**
 * The first `count` different problems of a split that the stream draws; fewer where so many draws in a row repeat earlier ones.
 * @param mostRepeats draws without a new problem after which the level counts as exhausted
 */
export function drawDistinct(
  task: Task,
  level: number,
  split: Split,
  count: number,
  stream: Random,
  mostRepeats: number,
): Problem[] {
  const problems = new Map<string, Problem>();
  for (let repeats = 0; repeats < mostRepeats && problems.size < count; repeats++) {
    const problem = drawProblem(task, level, split, stream);
    const identity = identityOf(task, problem);
    if (problems.has(identity)) continue;
    problems.set(identity, problem);
    repeats = 0;
  }
  return [...problems.values()];
}

const MOST_REPEATS = 500;
const heldOut = new WeakMap<Task, Map<string, readonly Problem[]>>();

/** The first `count` held-out problems of a seed, all different; fewer where the level does not have that many. */
export function heldOutProblems(task: Task, level: number, count: number, seed: number): readonly Problem[] {
  const key = [level, count, seed].join();
  const known = heldOut.get(task) ?? new Map<string, readonly Problem[]>();
  heldOut.set(task, known);
  const stream = random(seed, 'held out', task.name, level);
  const problems = known.get(key) ?? drawDistinct(task, level, 'heldout', count, stream, MOST_REPEATS);
  known.set(key, problems);
  return problems;
}

/** Shares of the traces that answer at once, and that correct a mistake; the others think without a mistake. */
export interface TraceShares {
  readonly short: number;
  readonly mend: number;
}

/** One of the problem's traces, of a kind drawn by the shares. */
export function drawTrace(task: Task, problem: Problem, shares: TraceShares, stream: Random): Trace {
  const u = stream.next();
  const kind: TraceKind = u < shares.short ? 'short' : u < shares.short + shares.mend ? 'mend' : 'long';
  const traces = task.traces(problem).filter((trace) => trace.kind === kind);
  return stream.pick(traces);
}
