/**
 * A curriculum: GRPO draws the selected problems pass after pass. Its answers update their pass rates until the next selection.
 */
import { mean } from '../../stats';
import { taskByName } from '../../tasks';
import type { Task } from '../../tasks/task';
import { parseAs } from '../../validation';
import { cycling, type PassesSource } from '../mixture';
import type { ProblemSource, TaskProblem } from '../problems';
import { type CurriculumState, type SourceState, stateOfKind } from '../sourceState';
import type { Rated } from './selection';

export class Curriculum implements ProblemSource {
  private kept: readonly TaskProblem[] = [];
  private source: PassesSource;
  private passRates = new Map<TaskProblem, number>();
  /** Pass rates of the answers since the last selection. */
  private answers = new Map<TaskProblem, number[]>();
  private selections = 0;

  /** @param taskNamed task of a stored problem; throws if there is none */
  constructor(
    private readonly seed: number,
    private readonly taskNamed: (name: string) => Task = taskByName,
  ) {
    this.source = this.passes(0);
  }

  /** Passes over the selected problems. @param selection number of the selection, from 0 */
  private passes(selection: number) {
    return cycling(() => this.kept, this.seed, 'curation', String(selection));
  }

  /** Draws from the kept problems from now on. @param rated pool with its pass rates @param kept at least one of them */
  select(rated: readonly Rated[], kept: readonly TaskProblem[]): void {
    if (kept.length === 0) throw new Error('a curriculum needs at least one problem');
    this.passRates = new Map(rated.map(({ problem, passRate }) => [problem, passRate]));
    this.answers = new Map();
    this.kept = kept;
    this.source = this.passes(this.selections++);
  }

  draw(): TaskProblem {
    return this.source.draw();
  }

  answered(problem: TaskProblem, passRate: number): void {
    const answers = this.answers.get(problem);
    if (answers) answers.push(passRate);
    else this.answers.set(problem, [passRate]);
  }

  /** Problems of the last selection's pool, in their order. */
  get pool(): readonly TaskProblem[] {
    return [...this.passRates.keys()];
  }

  /** Number of problems that were answered since the last selection. */
  get heardOf(): number {
    return this.answers.size;
  }

  /** Pool in its order: mean pass rate of the answers since the last selection, else the earlier pass rate. */
  estimates(): Rated[] {
    return [...this.passRates].map(([problem, before]) => {
      const heard = this.answers.get(problem);
      return { problem, passRate: heard ? mean(heard) : before };
    });
  }

  /** State after the first selection. Problems are stored as plain data with task and level. */
  state(): CurriculumState {
    const { pool } = this;
    const index = new Map(pool.map((problem, i) => [problem, i]));
    return {
      kind: 'curriculum',
      pool: pool.map(({ task, level, problem }) => ({ task: task.name, level, problem })),
      passRates: [...this.passRates.values()],
      kept: this.kept.map((problem) => index.get(problem)!),
      answers: [...this.answers].map(([problem, passRates]) => ({ problem: index.get(problem)!, passRates })),
      selections: this.selections,
      passes: this.source.state(),
    };
  }

  /** @throws naming a problem that its task does not accept */
  restore(given: SourceState): void {
    const state = stateOfKind(given, 'curriculum');
    const pool = state.pool.map(({ task: name, level, problem }, i): TaskProblem => {
      const task = this.taskNamed(name);
      parseAs(task.problemSchema, problem.problem, `curriculum: problem ${i + 1} (${name})`);
      return { task, level, problem };
    });
    this.passRates = new Map(pool.map((problem, i) => [problem, state.passRates[i]!]));
    this.kept = state.kept.map((i) => pool[i]!);
    this.answers = new Map(state.answers.map(({ problem, passRates }) => [pool[problem]!, [...passRates]]));
    this.selections = state.selections;
    this.source = this.passes(state.selections - 1);
    this.source.restore(state.passes);
  }
}
