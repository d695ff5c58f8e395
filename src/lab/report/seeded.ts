/** The recipes that experiments run, by name and seed, and one recipe per task family. */

import { recipeByName } from '../recipe/presets';
import { type Recipe, withFields } from '../recipe/recipe';
import type { Outcome } from './experiment';

/** One recipe name per family: the smallest model, at the easiest level with enough problems. */
export const familyRecipes = [
  'parity-12',
  'addition-2',
  'modular-6',
  'arithmetic-2',
  'stack-2',
  'units-1',
  'calendar-8',
  'maze-3',
  'spatial-4',
  'tsp-5',
  'sat-4',
  'countdown-3',
] as const;

export const seeded = (name: string, seed: number): Recipe => withFields(recipeByName(name), { seed });

type Row = Outcome['rows'][number];

/**
 * Rows of an experiment with one arm per family.
 * @param set fields that every arm sets in its recipe
 * @param measure cells of one family
 */
export async function familyRows(
  seed: number,
  set: NonNullable<Row['set']>,
  measure: (recipe: Recipe, name: string) => Promise<Row['cells']>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of familyRecipes)
    rows.push({ arm: name, recipe: name, set, cells: await measure(seeded(name, seed), name) });
  return rows;
}
