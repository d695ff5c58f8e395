/** Problems and teacher traces from seeds. A hash of the problem's identity holds out one in eight for evaluation. */
import { hash, type Random, random } from '../random';
import type { Problem, Task, Trace, TraceKind } from '../tasks/task';
import { type SourceState, stateOfKind } from './sourceState';

export type Split = 'train' | 'heldout';

/** One problem in this many is held out of training. */
const HELD_OUT_SHARE = 8;
const MOST_DRAWS = 10_000;

/** Identity of a problem: two problems with the same identity count as one. */
export const identityOf = (task: Task, { prompt, problem }: Problem): string => task.identity?.(problem) ?? prompt;

export const splitOf = (identity: string): Split => (hash(identity) % HELD_OUT_SHARE === 0 ? 'heldout' : 'train');

/** Draws a problem of the split. @throws if the level has too few problems for any of that split */
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
  /** Current position, for a checkpoint. */
  state(): SourceState;
  /** Continues from a position. @throws if it belongs to another source */
  restore(state: SourceState): void;
}

/** Endless problems of a task at a level, each a new draw. */
export const freshProblems = (task: Task, level: number, stream: Random): ProblemSource => ({
  draw: () => ({ task, level, problem: drawProblem(task, level, 'train', stream) }),
  answered() {},
  state: () => ({ kind: 'fresh', stream: stream.state() }),
  restore: (state) => stream.restore(stateOfKind(state, 'fresh').stream),
});

/**
 * Draws the first `count` different problems of a split. Returns fewer if too many draws in a row repeat earlier ones.
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

/** First `count` held-out problems of a seed, all different; fewer if the level has fewer. */
export function heldOutProblems(task: Task, level: number, count: number, seed: number): readonly Problem[] {
  const key = [level, count, seed].join();
  const known = heldOut.get(task) ?? new Map<string, readonly Problem[]>();
  heldOut.set(task, known);
  const stream = random(seed, 'held out', task.name, level);
  const problems = known.get(key) ?? drawDistinct(task, level, 'heldout', count, stream, MOST_REPEATS);
  known.set(key, problems);
  return problems;
}

/** Shares of traces that answer at once (`short`) or correct a mistake (`mend`); the rest think without a mistake. */
export interface TraceShares {
  readonly short: number;
  readonly mend: number;
}

/** Draws a trace of the problem, its kind by the shares. */
export function drawTrace(task: Task, problem: Problem, shares: TraceShares, stream: Random): Trace {
  const u = stream.next();
  const kind: TraceKind = u < shares.short ? 'short' : u < shares.short + shares.mend ? 'mend' : 'long';
  const traces = task.traces(problem).filter((trace) => trace.kind === kind);
  return stream.pick(traces);
}
