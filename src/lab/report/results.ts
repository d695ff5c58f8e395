/**
 * Result file of an experiment: `public/results/E1.json` and so on, listed by id in `public/results/index.json`. `reproduce`
 * writes these files, and the Evaluate screen reads them; both use these schemas. Every mean comes with its values. A file
 * whose means do not follow from its values is refused.
 */
import { z } from 'zod';
import { jsonText, parseJson } from '../../json';
import { deviationOf, mean } from '../../stats';
import { parseAs } from '../../validation';

/** Relative tolerance for sums in another order. */
const ROUNDING = 1e-9;
const isNear = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

const spreadSchema = z
  .strictObject({
    mean: z.number(),
    /** Sample standard deviation of `values`; null for a single value. */
    sd: z.number().min(0).nullable(),
    n: z.int().min(1),
    /** One value per seed, in the order of the file's `seeds`; if runs are repeated instead, one per run. */
    values: z.array(z.number()).min(1),
  })
  .superRefine((spread, context) => {
    const from = spreadOf(spread.values);
    for (const name of ['mean', 'sd', 'n'] as const)
      if (!isNear(spread[name], from[name]))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is ${spread[name]}, but the values give ${from[name]}`,
        });
  });
/** A number measured several times. */
export type Spread = z.infer<typeof spreadSchema>;

/** Mean and standard deviation of one value or more. */
export const spreadOf = (values: readonly number[]): Spread => ({
  mean: mean(values),
  sd: deviationOf(values),
  n: values.length,
  values: [...values],
});

/** Units of numbers. `share` is in [0, 1] and `points` is a difference of shares: both show hundredths. `ratio` shows 1.50×. */
export const resultUnits = ['share', 'points', 'tokens', 'ratio', 'reward', 'number'] as const;
export type ResultUnit = (typeof resultUnits)[number];
/** Factor and number of decimals with which a number of each unit is written. */
export const unitForms: Readonly<Record<ResultUnit, { readonly factor: number; readonly digits: number }>> = {
  share: { factor: 100, digits: 1 },
  points: { factor: 100, digits: 1 },
  tokens: { factor: 1, digits: 1 },
  ratio: { factor: 1, digits: 2 },
  reward: { factor: 1, digits: 2 },
  number: { factor: 1, digits: 2 },
};

const text = z.string().min(1);
/** Cells of a row; null if the arm has no such number. */
const cells = z.array(spreadSchema.nullable());

const curveSchema = z.strictObject({
  arm: text,
  /** Labels of the axes. */
  x: text,
  y: text,
  /** One line per seed: points [x, y] with rising x. */
  lines: z.array(z.array(z.tuple([z.number(), z.number()])).min(1)).min(1),
});
export type Curve = z.infer<typeof curveSchema>;

const matrixSchema = z.strictObject({
  unit: z.enum(resultUnits),
  /** Meaning of rows and columns, such as "trained on" and "evaluated on". */
  rowsAre: text,
  columnsAre: text,
  rows: z.array(text).min(1),
  columns: z.array(text).min(1),
  cells: z.array(cells),
});
export type Matrix = z.infer<typeof matrixSchema>;

const rowSchema = z.strictObject({
  arm: text,
  /** Name of the arm's recipe, or null for no training; `set` has the fields that the arm changes, by path as for --set. */
  recipe: text.nullable(),
  set: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.record(z.string(), z.json()))]))
    .default({}),
  /** One cell per column. */
  cells,
});

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'has characters other than letters, digits and dashes; rename it');

const resultSchema = z
  .strictObject({
    id: idSchema,
    title: text,
    /** Claim of the report, and the figure it gives. */
    finding: text,
    report: text,
    /** Exact command that reproduces this file. */
    command: text,
    seeds: z.array(z.int().min(0)).min(1),
    adapter: text,
    /** Day of the run, and commit of the code. */
    date: z.string().regex(/^\d{4}-\d{2}-\d{2}/, 'use a date such as 2025-04-30'),
    commit: text,
    /** Duration of the whole experiment, all seeds. */
    seconds: z.number().min(0),
    columns: z.array(z.strictObject({ title: text, unit: z.enum(resultUnits) })).min(1),
    rows: z.array(rowSchema).min(1),
    curves: z.array(curveSchema).default([]),
    matrix: matrixSchema.nullable().default(null),
    /** Verdict by the rule; `undecided` means too few seeds. */
    verdict: z.enum(['agrees', 'partly', 'disagrees', 'undecided']),
    /** Criterion for the verdict, and the effects that it judges: 0 is no effect; `low` and `high` bound the 95 % interval. */
    rule: text.optional(),
    effects: z
      .array(
        z.strictObject({
          arm: text,
          mean: z.number(),
          low: z.number().nullable(),
          high: z.number().nullable(),
          everySeed: z.boolean(),
          holds: z.boolean(),
        }),
      )
      .optional(),
    effectUnit: z.enum(resultUnits).optional(),
    /** Summary of the result, and reasons why a tiny model may differ. */
    found: text,
    why: text,
  })
  .superRefine(({ columns, rows, matrix }, context) => {
    const fits = (path: (string | number)[], length: number, expected: number, what: string) => {
      if (length !== expected)
        context.addIssue({ code: 'custom', path, message: `has length ${length}; use ${expected}, one per ${what}` });
    };
    rows.forEach((row, i) => {
      fits(['rows', i, 'cells'], row.cells.length, columns.length, 'column');
    });
    if (!matrix) return;
    fits(['matrix', 'cells'], matrix.cells.length, matrix.rows.length, 'row');
    matrix.cells.forEach((row, i) => {
      fits(['matrix', 'cells', i], row.length, matrix.columns.length, 'column');
    });
  });
export type Result = z.infer<typeof resultSchema>;
/** Result before defaults are filled in. */
export type ResultInput = z.input<typeof resultSchema>;

const indexSchema = z.array(idSchema).superRefine((ids, context) => {
  for (const [i, id] of ids.entries())
    if (ids.indexOf(id) < i)
      context.addIssue({ code: 'custom', path: [i], message: `"${id}" is listed twice; keep one` });
});

/** Reads a result file. @throws one line per wrong field: file, path of the field, reason */
export const parseResult = (source: string, where: string): Result =>
  parseAs(resultSchema, parseJson(source, where), where) as Result;

/** Reads the index: the ids of all results. @throws like `parseResult` */
export const parseIndex = (source: string, where: string): string[] =>
  parseAs(indexSchema, parseJson(source, where), where);

/** Text of a result file, checked. @throws like `parseResult` */
export function resultToText(result: ResultInput): string {
  parseAs(resultSchema, result, `result ${result.id}`);
  return jsonText(result);
}
