/**
 * Additive mixtures: each cluster has a number of problems and epochs; a pass shuffles the examples of all clusters. The report
 * finds the epochs of each domain alone and concatenates the domains.
 */
import { type Random, random, shuffled } from '../random';
import type { Problem, Task } from '../tasks/task';
import { drawDistinct, drawProblem, type ProblemSource, type TaskProblem } from './problems';
import { type PassesState, type SourceState, stateOfKind } from './sourceState';

export interface Cluster {
  readonly task: Task;
  readonly level: number;
  /** Number of different training problems; 0 for endless fresh ones. */
  readonly problems: number;
  /** Times that a pass shows each problem; the weight of fresh problems. */
  readonly epochs: number;
}

/** Examples per pass of a cluster of fresh problems at weight 1. */
const FRESH_PROBLEMS = 1024;
export const MOST_EXAMPLES_A_PASS = 2 ** 20;
/** Draws without a new problem after which a level counts as exhausted. */
const MOST_REPEATS = 10_000;

/** Examples of a cluster per pass: problems · epochs, rounded, at least one. */
const examplesOf = ({ problems, epochs }: Pick<Cluster, 'problems' | 'epochs'>): number =>
  Math.max(1, Math.round((problems || FRESH_PROBLEMS) * epochs));

/** Examples of one pass over all clusters. */
export const passLength = (clusters: readonly Pick<Cluster, 'problems' | 'epochs'>[]): number =>
  clusters.reduce((sum, cluster) => sum + examplesOf(cluster), 0);

/**
 * First `count` different training problems that the seed and the labels draw.
 * @throws if the level has fewer
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

/** Items of passes, and the random streams that draw fresh ones among them. */
interface PassItems {
  /** Items of the next pass. */
  next(): readonly TaskProblem[];
  /** Streams that `next` draws from; a checkpoint stores their positions. */
  readonly fresh: readonly Random[];
}

/** Draws the items pass after pass, each pass in its own order; ignores `answered`. */
class Cycling implements PassesSource {
  private pass: readonly TaskProblem[] = [];
  private at = 0;
  private readonly order: Random;
  /** Positions of the streams at the start of the current pass. */
  private begin: Pick<PassesState, 'order' | 'fresh'>;

  constructor(
    private readonly items: PassItems,
    seed: number,
    labels: readonly string[],
  ) {
    this.order = random(seed, ...labels, 'order');
    this.begin = this.positions();
  }

  draw(): TaskProblem {
    if (this.at === this.pass.length) this.startPass();
    return this.pass[this.at++]!;
  }

  answered(): void {}

  state(): PassesState {
    return { kind: 'passes', ...this.begin, at: this.at };
  }

  restore(state: SourceState): void {
    const { order, fresh, at } = stateOfKind(state, 'passes');
    const { fresh: streams } = this.items;
    if (fresh.length !== streams.length)
      throw new Error(`the data cursor has ${fresh.length} streams, but the mixture has ${streams.length} clusters`);
    this.order.restore(order);
    for (const [i, stream] of streams.entries()) stream.restore(fresh[i]!);
    [this.pass, this.at, this.begin] = [[], 0, this.positions()];
    if (at === 0) return; // no pass has begun
    this.startPass();
    if (at > this.pass.length)
      throw new Error(`the data cursor is at item ${at}, but a pass has ${this.pass.length}; use the same mixture`);
    this.at = at;
  }

  private positions() {
    return { order: this.order.state(), fresh: this.items.fresh.map((stream) => stream.state()) };
  }

  private startPass(): void {
    this.begin = this.positions();
    this.pass = shuffled(this.items.next(), this.order);
    this.at = 0;
  }
}

/** Source of passes; its state is that of passes. */
export interface PassesSource extends ProblemSource {
  state(): PassesState;
}

/** Source that shows all items in every pass, in a new order each time. */
export const cycling = (
  items: () => readonly TaskProblem[],
  seed: number,
  ...labels: readonly string[]
): PassesSource => new Cycling({ next: items, fresh: [] }, seed, labels);

/**
 * Problems of the clusters, pass after pass. The draws of a cluster do not depend on other clusters.
 * @param stage separates the draws of SFT from those of GRPO
 * @throws if a level has fewer problems than its cluster asks for
 */
export function mixture(clusters: readonly Cluster[], seed: number, stage: string): ProblemSource {
  const parts = clusters.map((cluster) => {
    const { task, level, problems, epochs } = cluster;
    const examples = examplesOf({ problems, epochs });
    const fresh = random(seed, stage, 'fresh', task.name, level);
    const distinct = distinctProblems(task, level, problems, seed, stage, 'cluster');
    const pass = () =>
      Array.from({ length: examples }, (_, i): TaskProblem => {
        const problem = problems > 0 ? distinct[i % problems]! : drawProblem(task, level, 'train', fresh);
        return { task, level, problem };
      });
    return { fresh, pass };
  });
  const next = () => parts.flatMap(({ pass }) => pass());
  return new Cycling({ next, fresh: parts.map(({ fresh }) => fresh) }, seed, [stage, 'mixture']);
}
