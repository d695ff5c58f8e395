/** Every rollout of a run in columns: numbers in typed arrays, texts as they are, each problem once. */
import { Growing } from '../../growing';
import type { IndexedStep } from './indexed';

/** Place of a rollout in its run. Group and rollout count from 0. */
export interface TracePlace {
  readonly step: number;
  readonly group: number;
  readonly rollout: number;
}

export interface TraceProblem {
  readonly prompt: string;
  readonly answer: string;
}

const FLAGS = { correct: 1, format: 2, ended: 4 } as const;
export type Flag = keyof typeof FLAGS;

const newNumbers = () => ({
  step: new Growing('u32'),
  group: new Growing('u16'),
  rollout: new Growing('u16'),
  problem: new Growing('u32'),
  reward: new Growing('f64'),
  advantage: new Growing('f64'),
  partial: new Growing('f64'),
  tokens: new Growing('u32'),
  think: new Growing('u32'),
  surprise: new Growing('f32'),
  flags: new Growing('u8'),
});
export type NumberColumn = Exclude<keyof ReturnType<typeof newNumbers>, 'flags' | 'problem'>;

const MEASURES = ['reward', 'advantage', 'partial', 'tokens', 'think', 'surprise'] as const;

export class TraceIndex {
  private readonly numbers = newNumbers();
  private readonly partColumns = new Map<string, Growing>();
  private readonly texts: string[] = [];
  private readonly problems: TraceProblem[] = [];
  private readonly problemIds = new Map<string, number>();
  /** First row of each step. */
  private readonly firstRows = new Map<number, number>();

  /** Number of rollouts. */
  get length(): number {
    return this.texts.length;
  }

  get steps(): number {
    return this.firstRows.size;
  }

  /** Names of the reward terms, in the order in which the run first used them. */
  get terms(): readonly string[] {
    return [...this.partColumns.keys()];
  }

  get problemCount(): number {
    return this.problems.length;
  }

  add({ step, groups }: IndexedStep): void {
    const { numbers } = this;
    this.firstRows.set(step, this.length);
    for (const [g, { prompt, answer, rollouts }] of groups.entries()) {
      const problem = this.problemId({ prompt, answer });
      for (const [r, one] of rollouts.entries()) {
        const row = this.length;
        numbers.step.push(step);
        numbers.group.push(g);
        numbers.rollout.push(r);
        numbers.problem.push(problem);
        for (const name of MEASURES) numbers[name].push(one[name]);
        numbers.flags.push(
          (one.correct ? FLAGS.correct : 0) | (one.format ? FLAGS.format : 0) | (one.ended ? FLAGS.ended : 0),
        );
        for (const { name, weight, value } of one.parts) this.partColumn(name, row).push(weight * value);
        for (const column of this.partColumns.values()) if (column.length === row) column.push(Number.NaN);
        this.texts.push(one.text);
      }
    }
  }

  private problemId(problem: TraceProblem): number {
    const key = `${problem.prompt}\n${problem.answer}`;
    const known = this.problemIds.get(key);
    if (known !== undefined) return known;
    this.problems.push(problem);
    this.problemIds.set(key, this.problems.length - 1);
    return this.problems.length - 1;
  }

  /** Column of a term; rows before the run used it have no number. */
  private partColumn(name: string, rows: number): Growing {
    let column = this.partColumns.get(name);
    if (!column) {
      column = new Growing('f64');
      for (let row = 0; row < rows; row++) column.push(Number.NaN);
      this.partColumns.set(name, column);
    }
    return column;
  }

  number(column: NumberColumn, row: number): number {
    return this.numbers[column].at(row);
  }

  flag(flag: Flag, row: number): boolean {
    return (this.numbers.flags.at(row) & FLAGS[flag]) !== 0;
  }

  /** Weighted part of the reward; NaN where the run did not use the term. */
  part(name: string, row: number): number {
    return this.partColumns.get(name)?.at(row) ?? Number.NaN;
  }

  text(row: number): string {
    return this.texts[row]!;
  }

  /** Number of a row's problem, from 0. */
  problemAt(row: number): number {
    return this.numbers.problem.at(row);
  }

  problem(id: number): TraceProblem {
    return this.problems[id]!;
  }

  placeOf(row: number): TracePlace {
    const { step, group, rollout } = this.numbers;
    return { step: step.at(row), group: group.at(row), rollout: rollout.at(row) };
  }

  /** Row of a place; null if the run has no such rollout. */
  rowOf({ step, group, rollout }: TracePlace): number | null {
    for (let row = this.firstRows.get(step) ?? this.length; row < this.length; row++) {
      const at = this.placeOf(row);
      if (at.step !== step) return null;
      if (at.group === group && at.rollout === rollout) return row;
    }
    return null;
  }

  /** Bytes of the columns with numbers. */
  get bytes(): number {
    const columns = [...Object.values(this.numbers), ...this.partColumns.values()];
    return columns.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
