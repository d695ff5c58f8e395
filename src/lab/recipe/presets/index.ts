/**
 * The recipes that come with the lab, by group, as New run lists them. To add one is to add an entry to its group's file; its
 * `about` says what it should show.
 */
import { quote } from '../../../quote';
import { parseRecipe, type Recipe, type RecipeInput } from '../recipe';
import { families } from './families';
import { firstSteps } from './firstSteps';
import { reportRecipes } from './report';
import { teaching } from './teaching';

/** Groups in the order in which New run lists them. */
const groups = ['First steps', 'Families', 'Teaching', 'The report'] as const;
type Group = (typeof groups)[number];

const inputs: Readonly<Record<Group, readonly RecipeInput[]>> = {
  'First steps': firstSteps,
  Families: families,
  Teaching: teaching,
  'The report': reportRecipes,
};

const entries = groups.flatMap((group) =>
  inputs[group].map((input) => ({ group, recipe: parseRecipe(input, `recipe ${input.name}`) })),
);

export const recipes: readonly Recipe[] = entries.map(({ recipe }) => recipe);

/** The groups that have recipes. */
export const recipeGroups: readonly { readonly group: Group; readonly recipes: readonly Recipe[] }[] = groups
  .map((group) => ({ group, recipes: entries.filter((entry) => entry.group === group).map(({ recipe }) => recipe) }))
  .filter((group) => group.recipes.length > 0);

/** @throws naming the recipes that there are */
export function recipeByName(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (!recipe) throw new Error(`there is no recipe ${quote(name)}; there are ${recipes.map((r) => r.name).join(', ')}`);
  return recipe;
}
