/** Comparison of stored runs: fields in which their recipes differ, and runs that differ only in their seed. */
import { valueAt } from '../../valueAt';
import { changedFields } from '../recipe/changedFields';
import type { Recipe } from '../recipe/recipe';
import type { RunHistory } from './history';

type Compared = Pick<RunHistory, 'recipe' | 'changes'>;

/** Fields that no number of a run depends on, and those that always differ together with others. */
const NAMES = new Set(['name', 'title', 'about', 'version']);
const SEED = 'seed';

/** Value of a field over a run. */
export interface FieldValue {
  /** Undefined where the recipe lacks the field. */
  readonly start: unknown;
  /** Changes while the run trained, in order. */
  readonly changes: readonly { readonly stage: string; readonly step: number; readonly to: unknown }[];
}

export interface Difference {
  /** Path of the field. */
  readonly field: string;
  /** Values in the order of the runs. */
  readonly values: readonly FieldValue[];
}

function valueIn({ recipe, changes }: Compared, field: string): FieldValue {
  const own = changes.flatMap(({ stage, step, fields }) => {
    const change = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return change ? [{ stage, step, to: change.to }] : [];
  });
  return { start: valueAt(recipe, field), changes: own };
}

/** Fields that differ between the runs at their start, or that some of them changed while they trained. */
export function differences(runs: readonly Compared[]): Difference[] {
  const [first, ...others] = runs;
  if (!first) return [];
  const fields = new Set<string>();
  for (const { recipe } of others)
    for (const field of changedFields(first.recipe as Recipe, recipe as Recipe)) fields.add(field);
  for (const { changes } of runs) for (const change of changes) for (const field in change.fields) fields.add(field);
  return [...fields]
    .filter((field) => !NAMES.has(field))
    .map((field) => ({ field, values: runs.map((run) => valueIn(run, field)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

/** Positions of runs, those that differ only in their seed together. */
export function seedGroups(runs: readonly Compared[]): number[][] {
  const groups: number[][] = [];
  for (const [i, run] of runs.entries()) {
    const same = groups.find(([other]) => differences([runs[other!]!, run]).every(({ field }) => field === SEED));
    if (same) same.push(i);
    else groups.push([i]);
  }
  return groups;
}
