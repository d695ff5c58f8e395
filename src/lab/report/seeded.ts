/** The recipes that experiments run, by name and seed; and which of them stand for the families. */

import { recipeByName } from '../recipe/presets';
import { type Recipe, withFields } from '../recipe/recipe';

/** By name, one a family: the smallest model, at the easiest level that has problems enough. */
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
