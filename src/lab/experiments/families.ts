/** The recipes that stand for the families: the smallest model and the easiest level at which each learns. */
import { type Recipe, withFields } from '../recipe';
import { recipeByName } from '../recipes';

/** By name, one a family. */
export const familyRecipes = ['parity-12', 'addition-2'] as const;

export const family = (name: string, seed: number): Recipe => withFields(recipeByName(name), { seed });
