/**
 * Additive mixtures: each cluster brings so many different problems, each so many times; all are laid together and shuffled.
 * The report finds the epochs of each domain alone and concatenates the domains.
 */
import { random, shuffled } from '../random';
import type { Problem, Task } from '../tasks/task';
import { drawDistinct, drawProblem, type ProblemSource, type TaskProblem } from './problems';

export interface Cluster {
  readonly task: Task;
  readonly level: number;
  /** Different training problems; 0 for fresh ones without end. */
  readonly problems: number;
  /** Times that a pass shows each of them; for fresh problems their weight. */
  readonly epochs: number;
}

/** Examples of a pass that a cluster of fresh problems counts as, at weight 1. */
const FRESH_PROBLEMS = 1024;
export const MOST_EXAMPLES_A_PASS = 2 ** 20;
/** Draws without a new problem after which a level counts as exhausted. */
const MOST_REPEATS = 10_000;

/** Examples that a cluster brings to a pass: problems · epochs, rounded, and at least one. */
const examplesOf = ({ problems, epochs }: Pick<Cluster, 'problems' | 'epochs'>): number =>
  Math.max(1, Math.round((problems || FRESH_PROBLEMS) * epochs));

/** Examples of one pass over all clusters. */
export const passLength = (clusters: readonly Pick<Cluster, 'problems' | 'epochs'>[]): number =>
  clusters.reduce((sum, cluster) => sum + examplesOf(cluster), 0);

/**
 * `count` training problems of different prompts: the first ones that the seed and the labels draw.
 * @throws where the level has fewer
 */
export function distinctProblems(
  task: Task,
  level: number,
  count: number,
  seed: number,
  ...labels: readonly string[]
): Problem[] {
  const stream = random(seed, ...labels, task.name, level);
  const problems = drawDistinct(task, level, 'train', count, stream, MOST_REPEATS);
  if (problems.length < count)
    throw new Error(
      `${task.name} at ${level} ${task.level.unit} has about ${problems.length} different training problems, not ${count}: ` +
        'ask for fewer or raise the level',
    );
  return problems;
}

/** Draws the items pass after pass, each pass in its own order; ignores `answered`. */
export function cycling(
  items: () => readonly TaskProblem[],
  seed: number,
  ...labels: readonly string[]
): ProblemSource {
  const stream = random(seed, ...labels, 'order');
  let pass: readonly TaskProblem[] = [];
  let at = 0;
  return {
    draw() {
      if (at === pass.length) {
        pass = shuffled(items(), stream);
        at = 0;
      }
      return pass[at++]!;
    },
    answered() {},
  };
}

/**
 * Problems of the clusters, pass after pass. What a cluster draws depends on no other cluster.
 * @param stage keeps the draws of SFT and of GRPO apart
 * @throws where a level has fewer problems than its cluster asks for
 */
export function mixture(clusters: readonly Cluster[], seed: number, stage: string): ProblemSource {
  const parts = clusters.map((cluster) => {
    const { task, level, problems, epochs } = cluster;
    const examples = examplesOf({ problems, epochs });
    const fresh = random(seed, stage, 'fresh', task.name, level);
    const distinct = distinctProblems(task, level, problems, seed, stage, 'cluster');
    return () =>
      Array.from({ length: examples }, (_, i): TaskProblem => {
        const problem = problems > 0 ? distinct[i % problems]! : drawProblem(task, level, 'train', fresh);
        return { task, level, problem };
      });
  });
  return cycling(() => parts.flatMap((pass) => pass()), seed, stage, 'mixture');
}
