/**
 * Record of an experiment: one of the report's findings, repeated with tiny models. It has arms, which run once per seed. Its
 * numbers are collated over the seeds, and its conclusion follows from those numbers by the rule of rule.ts.
 */
import type { Arm, ArmNumbers } from './arm';
import type { ResultInput, ResultUnit } from './results';
import { spreadOf } from './results';

/** Outcome of one seed. */
export interface Outcome {
  readonly rows: readonly {
    readonly arm: string;
    /** Name of the arm's recipe, or null for no training; `set` has the fields that the arm changes, by path. */
    readonly recipe: string | null;
    readonly set?: ResultInput['rows'][number]['set'];
    /** One number per column; null if the arm has none. */
    readonly cells: readonly (number | null)[];
  }[];
  readonly curves?: readonly {
    readonly arm: string;
    readonly x: string;
    readonly y: string;
    readonly line: readonly (readonly [number, number])[];
  }[];
  readonly matrix?: {
    readonly unit: ResultUnit;
    readonly rowsAre: string;
    readonly columnsAre: string;
    readonly rows: readonly string[];
    readonly columns: readonly string[];
    readonly cells: readonly (readonly (number | null)[])[];
  };
}

/** Numbers of all seeds, without a conclusion. */
export type Measured = Pick<ResultInput, 'rows' | 'curves' | 'matrix'>;

export interface Conclusion {
  readonly verdict: ResultInput['verdict'];
  /** Summary of the result. Its numbers come from the measured ones. */
  readonly found: string;
  /** Criterion for the verdict, in words. */
  readonly rule: string;
  /** Effects that the rule judges; empty if the experiment has its own rule. */
  readonly effects: NonNullable<ResultInput['effects']>;
  readonly effectUnit: ResultUnit;
}

export interface Experiment {
  readonly id: string;
  readonly title: string;
  /** Claim of the report, and the figures quoted for it, each with its source. */
  readonly finding: string;
  readonly report: string;
  readonly columns: readonly { readonly title: string; readonly unit: ResultUnit }[];
  /** Reasons why a tiny model may differ. */
  readonly why: string;
  readonly arms: readonly Arm[];
  /** Matrix over all arms. @param numbers of each arm */
  matrix?(numbers: readonly ArmNumbers[]): NonNullable<Outcome['matrix']>;
  conclude(measured: Measured): Conclusion;
}

/** Spread of each cell over the seeds; null if a seed has no number. */
function spreads(tables: readonly (readonly (readonly (number | null)[])[])[]) {
  return tables[0]!.map((row, i) =>
    row.map((_, j) => {
      const values = tables.map((table) => table[i]![j]!);
      return values.every((value) => value !== null) ? spreadOf(values as number[]) : null;
    }),
  );
}

/** Combines the outcomes of the seeds. @throws if their arms differ */
export function collate(outcomes: readonly Outcome[]): Measured {
  const [first] = outcomes;
  if (!first) throw new Error('there is no outcome to collate; run one seed or more');
  const arms = (outcome: Outcome) => outcome.rows.map(({ arm }) => arm).join('\n');
  if (outcomes.some((outcome) => arms(outcome) !== arms(first))) throw new Error('the seeds do not have the same arms');
  const cells = spreads(outcomes.map(({ rows }) => rows.map((row) => row.cells)));
  return {
    rows: first.rows.map(({ arm, recipe, set = {} }, i) => ({ arm, recipe, set: { ...set }, cells: cells[i]! })),
    curves: (first.curves ?? []).map(({ arm, x, y }, i) => ({
      arm,
      x,
      y,
      lines: outcomes.map(({ curves }) => curves![i]!.line.map(([a, b]): [number, number] => [a, b])),
    })),
    matrix: first.matrix
      ? {
          ...first.matrix,
          rows: [...first.matrix.rows],
          columns: [...first.matrix.columns],
          cells: spreads(outcomes.map(({ matrix }) => matrix!.cells)),
        }
      : null,
  };
}

/** Mean of a row's cell. @throws if the cell is empty */
export function meanOf(row: Measured['rows'][number], column: number): number {
  const cell = row.cells[column];
  if (!cell) throw new Error(`${row.arm} has no number in column ${column}`);
  return cell.mean;
}

/** Signed difference of shares: 0.123 → "+12.3 points". */
export const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} points`;
/** Unsigned distance of shares: 0.123 → "12.3 points". */
export const apart = (share: number): string => `${(100 * share).toFixed(1)} points`;
