/** Short hash of a recipe, with which two people check that they have the same one. */
import { sha256 } from '../../runs/seal';
import type { Recipe } from './recipe';

/** Hexadecimal digits of a hash. */
const DIGITS = 12;

/** JSON with the keys of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Text of all that a recipe trains by; recipes of one text train the same run. Leaves out the name, the title and the description. */
export const trainedText = ({ name: _name, title: _title, about: _about, ...recipe }: Recipe): string =>
  canonical(recipe);

/**
 * First 12 hexadecimal digits of the SHA-256 of a recipe's canonical JSON. Recipes of one hash train the same run: the name, the
 * title and the description are left out.
 * @returns null where the browser has no SHA-256: on pages without https
 */
export async function recipeHash(recipe: Recipe): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  return (await sha256(new TextEncoder().encode(trainedText(recipe)))).slice(0, DIGITS);
}
