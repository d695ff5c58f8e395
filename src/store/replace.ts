/** Asks before another recipe replaces a draft with changes, which would be lost. */

import { recipeByName } from '../lab/recipe/presets';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import { chooseRecipe, loadRecipe } from './draft';
import { lab } from './lab';
import { ask } from './question';

/** Says what is lost where a recipe takes the place of the draft; null where the draft is as it was chosen or loaded. */
export function changesAtStake({ title }: Pick<Recipe, 'title'>): string | null {
  const { draft, loaded, refused } = lab.getState();
  if (Object.keys(refused).length === 0 && JSON.stringify(draft) === JSON.stringify(loaded)) return null;
  return `Your changes to “${draft.title}” are dropped: “${title}” takes its place in Setup.`;
}

/** True where nothing is lost, or where a person agreed to it. */
async function mayReplace(next: Recipe): Promise<boolean> {
  const atStake = changesAtStake(next);
  if (atStake === null) return true;
  return ask({ title: `Open “${next.title}” in Setup?`, reasons: [atStake], confirm: 'Drop the changes' });
}

/** Chooses a recipe by name; asks first where that drops changes. */
export async function switchRecipe(name: string): Promise<void> {
  if (await mayReplace(recipeByName(name))) chooseRecipe(name);
}

/**
 * Loads a recipe by name with fields set by path; asks first where that drops changes.
 * @returns false where a person kept the changes
 * @throws where there is no such recipe, or a field does not fit
 */
export async function openRecipe(name: string, fields: Readonly<Record<string, unknown>>): Promise<boolean> {
  if (!(await mayReplace(withFields(recipeByName(name), fields)))) return false;
  loadRecipe(name, fields);
  return true;
}
