/** The recipes that experiments run, by name and seed, and one recipe per task family. */

import { recipeByName } from '../recipe/presets';
import { type Recipe, withFields } from '../recipe/recipe';

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
