/**
 * What an experiment is: one of the report's findings, asked again of tiny models. It runs once a seed; its numbers are put
 * together over the seeds, and what was found is said from those numbers, by the rule of rule.ts.
 */
import type { ResultInput, ResultUnit } from './results';
import { spreadOf } from './results';
import type { Workbench } from './workbench';

/** What one seed came to. */
export interface Outcome {
  readonly rows: readonly {
    readonly arm: string;
    /** The recipe that the arm runs, by name, and what it sets in it; null for no training. */
    readonly recipe: string | null;
    readonly set?: ResultInput['rows'][number]['set'];
    /** One a column; null where the arm has no such number. */
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

/** The numbers of all seeds, without what is said of them. */
export type Measured = Pick<ResultInput, 'rows' | 'curves' | 'matrix'>;

export interface Conclusion {
  readonly verdict: ResultInput['verdict'];
  /** One honest sentence, its numbers taken from what was measured. */
  readonly found: string;
  /** What the verdict is held to. */
  readonly rule: string;
  /** What the rule was asked of; none where the rule is another. */
  readonly effects: NonNullable<ResultInput['effects']>;
  readonly effectUnit: ResultUnit;
}

export interface Experiment {
  readonly id: string;
  readonly title: string;
  /** What the report found, and the figures that are quoted for it, each with its source. */
  readonly finding: string;
  readonly report: string;
  readonly columns: readonly { readonly title: string; readonly unit: ResultUnit }[];
  /** Why a tiny model may differ. */
  readonly why: string;
  run(bench: Workbench, seed: number): Promise<Outcome>;
  conclude(measured: Measured): Conclusion;
}

/** One spread a cell over the outcomes; null where a seed has no number. */
function spreads(tables: readonly (readonly (readonly (number | null)[])[])[]) {
  return tables[0]!.map((row, i) =>
    row.map((_, j) => {
      const values = tables.map((table) => table[i]![j]!);
      return values.every((value) => value !== null) ? spreadOf(values as number[]) : null;
    }),
  );
}

/** Puts the seeds together. @throws where they do not have the same arms */
export function collate(outcomes: readonly Outcome[]): Measured {
  const [first] = outcomes;
  if (!first) throw new Error('no seed was run');
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

/** The mean of a row's cell. @throws where it has none */
export function meanOf(row: Measured['rows'][number], column: number): number {
  const cell = row.cells[column];
  if (!cell) throw new Error(`${row.arm} has no number in column ${column}`);
  return cell.mean;
}

/** 0.123 → "12.3 points", signed. */
export const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} points`;
/** Unsigned, for what lies apart. */
export const apart = (share: number): string => `${(100 * share).toFixed(1)} points`;
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
