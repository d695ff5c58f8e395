/** Problems and teacher traces from seeds. A share of all problems, chosen by the hash of the prompt, is held out. */
import { hash, type Random, random } from '../random';
import type { Problem, Task, Trace } from '../tasks/task';

export type Split = 'train' | 'heldout';

/** One problem in this many is held out of training. */
const HELD_OUT_SHARE = 8;
const MOST_DRAWS = 10_000;

export const splitOf = (prompt: string): Split => (hash(prompt) % HELD_OUT_SHARE === 0 ? 'heldout' : 'train');

/** A problem of the split. @throws where the level has too few problems to hold any of that split */
export function drawProblem(task: Task, level: number, split: Split, stream: Random): Problem {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const problem = task.generate(stream, level);
    if (splitOf(problem.prompt) === split) return problem;
  }
  throw new Error(
    `${task.name} at ${level} ${task.level.unit} has no problem of the split "${split}": raise the level`,
  );
}

/** The first `count` held-out problems of a seed, all different where the level has that many. */
export function heldOutProblems(task: Task, level: number, count: number, seed: number): Problem[] {
  const stream = random(seed, 'held out', task.name, level);
  const problems = new Map<string, Problem>();
  for (let draw = 0; draw < MOST_DRAWS && problems.size < count; draw++) {
    const problem = drawProblem(task, level, 'heldout', stream);
    problems.set(problem.prompt, problem);
  }
  return [...problems.values()];
}

/** One of the problem's traces: a short one with probability `shortShare`, else a long one. */
export function drawTrace(task: Task, problem: Problem, shortShare: number, stream: Random): Trace {
  const kind = stream.next() < shortShare ? 'short' : 'long';
  const traces = task.traces(problem).filter((trace) => trace.kind === kind);
  return stream.pick(traces);
}
