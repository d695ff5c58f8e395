/** Asks before another recipe replaces a draft with changes, which would be lost. */

import { recipeByName } from '../lab/recipe/presets';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import { chooseRecipe, load, loadRecipe } from './draft';
import { lab } from './lab';
import { ask } from './question';

/** Describes the changes that are lost if a recipe replaces the draft; null if the draft has no changes. */
export function changesAtStake({ title }: Pick<Recipe, 'title'>): string | null {
  const { draft, loaded, refused } = lab.getState();
  if (Object.keys(refused).length === 0 && JSON.stringify(draft) === JSON.stringify(loaded)) return null;
  return `Your changes to “${draft.title}” are dropped: “${title}” replaces it in New run.`;
}

/** True if nothing is lost, or if the user agrees. */
async function mayReplace(next: Recipe): Promise<boolean> {
  const atStake = changesAtStake(next);
  if (atStake === null) return true;
  return ask({ title: `Open “${next.title}” in New run?`, reasons: [atStake], confirm: 'Drop the changes' });
}

/** Chooses a recipe by name. Asks first if changes would be lost. */
export async function switchRecipe(name: string): Promise<void> {
  if (await mayReplace(recipeByName(name))) chooseRecipe(name);
}

/**
 * Loads a recipe by name with fields set by path. Asks first if changes would be lost.
 * @returns false if the user kept the changes
 * @throws if the name is unknown or a field is invalid
 */
export async function openRecipe(name: string, fields: Readonly<Record<string, unknown>>): Promise<boolean> {
  if (!(await mayReplace(withFields(recipeByName(name), fields)))) return false;
  loadRecipe(name, fields);
  return true;
}

/**
 * Loads the recipe of a link. Asks first if changes would be lost.
 * @param linked parameters of the link, for the address
 * @returns false if the user kept the changes
 */
export async function openLinked(recipe: Recipe, linked: string): Promise<boolean> {
  const { draft, refused } = lab.getState();
  const isDraft = Object.keys(refused).length === 0 && JSON.stringify(draft) === JSON.stringify(recipe);
  if (!isDraft && !(await mayReplace(recipe))) return false;
  if (!isDraft) load(recipe);
  lab.setState({ linked });
  return true;
}
