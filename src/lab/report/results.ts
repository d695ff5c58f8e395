/**
 * What an experiment came to, as a file: `public/results/E1.json` and so on, listed by id in `public/results/index.json`. The
 * driver that runs the experiments writes them, the Evaluate screen reads them; both through these schemas. Every mean stands
 * with the values that it is the mean of, and a file whose means are not those of its values is refused.
 */
import { z } from 'zod';
import { parseJson } from '../../json';
import { deviationOf, mean } from '../../stats';
import { parseAs } from '../../validation';

/** Relative room for sums in another order. */
const ROUNDING = 1e-9;
const isNear = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

const spreadSchema = z
  .strictObject({
    mean: z.number(),
    /** Sample standard deviation of `values`; null for one, which has none. */
    sd: z.number().min(0).nullable(),
    n: z.int().min(1),
    /** One a seed, in the order of the file's `seeds`; where runs are what is repeated, one a run. */
    values: z.array(z.number()).min(1),
  })
  .superRefine((spread, context) => {
    const from = spreadOf(spread.values);
    for (const name of ['mean', 'sd', 'n'] as const)
      if (!isNear(spread[name], from[name]))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `${spread[name]}, but that of the values is ${from[name]}`,
        });
  });
/** A number that was measured several times. */
export type Spread = z.infer<typeof spreadSchema>;

/** @param values at least one */
export const spreadOf = (values: readonly number[]): Spread => ({
  mean: mean(values),
  sd: deviationOf(values),
  n: values.length,
  values: [...values],
});

/** `share` is in [0, 1], `points` a difference of shares, both shown in hundredths; `ratio` is shown as 1.50×. */
export const resultUnits = ['share', 'points', 'tokens', 'ratio', 'reward', 'number'] as const;
export type ResultUnit = (typeof resultUnits)[number];
/** How a number of a unit is written: times what, with how many decimals. */
export const unitForms: Readonly<Record<ResultUnit, { readonly factor: number; readonly digits: number }>> = {
  share: { factor: 100, digits: 1 },
  points: { factor: 100, digits: 1 },
  tokens: { factor: 1, digits: 1 },
  ratio: { factor: 1, digits: 2 },
  reward: { factor: 1, digits: 2 },
  number: { factor: 1, digits: 2 },
};

const text = z.string().min(1);
/** null where an arm has no such number. */
const cells = z.array(spreadSchema.nullable());

const curveSchema = z.strictObject({
  arm: text,
  /** What the axes are, in words. */
  x: text,
  y: text,
  /** One a seed: points [x, y], x rising. */
  lines: z.array(z.array(z.tuple([z.number(), z.number()])).min(1)).min(1),
});
export type Curve = z.infer<typeof curveSchema>;

const matrixSchema = z.strictObject({
  unit: z.enum(resultUnits),
  /** What rows and columns are, as "trained on" and "evaluated on". */
  rowsAre: text,
  columnsAre: text,
  rows: z.array(text).min(1),
  columns: z.array(text).min(1),
  cells: z.array(cells),
});
export type Matrix = z.infer<typeof matrixSchema>;

const rowSchema = z.strictObject({
  arm: text,
  /** Name of the recipe that the arm runs, and the fields that it sets in it by path, as --set does; null for no training. */
  recipe: text.nullable(),
  set: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.record(z.string(), z.json()))]))
    .default({}),
  /** One a column. */
  cells,
});

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'has other characters than letters, digits and dashes; rename it');

const resultSchema = z
  .strictObject({
    id: idSchema,
    title: text,
    /** What the report found, and the figure it gives for it. */
    finding: text,
    report: text,
    /** The exact command that makes this file again. */
    command: text,
    seeds: z.array(z.int().min(0)).min(1),
    adapter: text,
    /** Day of the run, and the code it ran. */
    date: z.string().regex(/^\d{4}-\d{2}-\d{2}/, 'a date, as 2025-04-30'),
    commit: text,
    /** Of the whole experiment, all seeds. */
    seconds: z.number().min(0),
    columns: z.array(z.strictObject({ title: text, unit: z.enum(resultUnits) })).min(1),
    rows: z.array(rowSchema).min(1),
    curves: z.array(curveSchema).default([]),
    matrix: matrixSchema.nullable().default(null),
    /** `undecided`: too few seeds for the rule. */
    verdict: z.enum(['agrees', 'partly', 'disagrees', 'undecided']),
    /** What the verdict is held to, and what it was asked of: an effect an arm, of which 0 is none, with its 95 % interval. */
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
    /** What was found, in one honest sentence; and why a tiny model may differ. */
    found: text,
    why: text,
  })
  .superRefine(({ columns, rows, matrix }, context) => {
    const fits = (path: (string | number)[], length: number, expected: number, what: string) => {
      if (length !== expected)
        context.addIssue({ code: 'custom', path, message: `${length} of them for ${expected} ${what}` });
    };
    rows.forEach((row, i) => {
      fits(['rows', i, 'cells'], row.cells.length, columns.length, 'columns');
    });
    if (!matrix) return;
    fits(['matrix', 'cells'], matrix.cells.length, matrix.rows.length, 'rows');
    matrix.cells.forEach((row, i) => {
      fits(['matrix', 'cells', i], row.length, matrix.columns.length, 'columns');
    });
  });
export type Result = z.infer<typeof resultSchema>;
/** A result as the driver writes it: what has a default may be left out. */
export type ResultInput = z.input<typeof resultSchema>;

const indexSchema = z.array(idSchema).superRefine((ids, context) => {
  for (const [i, id] of ids.entries())
    if (ids.indexOf(id) < i)
      context.addIssue({ code: 'custom', path: [i], message: `"${id}" is listed twice; keep one` });
});

/** Reads a result file. @throws one line for each field that is wrong: where, its path, why */
export const parseResult = (source: string, where: string): Result =>
  parseAs(resultSchema, parseJson(source, where), where) as Result;

/** Reads the index: the ids of the results that there are. @throws as `parseResult` */
export const parseIndex = (source: string, where: string): string[] =>
  parseAs(indexSchema, parseJson(source, where), where);

/** The text of a result file, checked. @throws as `parseResult` */
export function resultToText(result: ResultInput): string {
  parseAs(resultSchema, result, `result ${result.id}`);
  return `${JSON.stringify(result, null, 1)}\n`;
}
