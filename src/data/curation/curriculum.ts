/**
 * A curriculum: problems are drawn from those kept, pass after pass; meanwhile the answers show what their pass rates have
 * become, until another selection is made.
 */
import { mean } from '../../stats';
import { cycling } from '../mixture';
import type { ProblemSource, TaskProblem } from '../problems';
import type { Rated } from './selection';

export class Curriculum implements ProblemSource {
  private kept: readonly TaskProblem[] = [];
  private source: ProblemSource;
  private passRates = new Map<TaskProblem, number>();
  /** Pass rates of the answers since the last selection. */
  private answers = new Map<TaskProblem, number[]>();
  private selections = 0;

  constructor(private readonly seed: number) {
    this.source = cycling(() => this.kept, seed, 'curation', '0');
  }

  /** Draws from these from now on. @param rated the pool with its pass rates @param kept some of it, at least one */
  select(rated: readonly Rated[], kept: readonly TaskProblem[]): void {
    if (kept.length === 0) throw new Error('a curriculum needs at least one problem');
    this.passRates = new Map(rated.map(({ problem, passRate }) => [problem, passRate]));
    this.answers = new Map();
    this.kept = kept;
    this.source = cycling(() => this.kept, this.seed, 'curation', String(this.selections++));
  }

  draw(): TaskProblem {
    return this.source.draw();
  }

  answered(problem: TaskProblem, passRate: number): void {
    const answers = this.answers.get(problem);
    if (answers) answers.push(passRate);
    else this.answers.set(problem, [passRate]);
  }

  /** Problems that were answered since the last selection. */
  get heardOf(): number {
    return this.answers.size;
  }

  /** The pool: with the mean of what was heard since the last selection, else with the pass rate that it had. */
  estimates(): Rated[] {
    return [...this.passRates].map(([problem, before]) => {
      const heard = this.answers.get(problem);
      return { problem, passRate: heard ? mean(heard) : before };
    });
  }
}
