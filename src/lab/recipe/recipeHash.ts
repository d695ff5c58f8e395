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

/**
 * First 12 hexadecimal digits of the SHA-256 of a recipe's canonical JSON. Recipes of one hash train the same run: the name, the
 * title and the description are left out.
 * @returns null where the browser has no SHA-256: on pages without https
 */
export async function recipeHash({
  name: _name,
  title: _title,
  about: _about,
  ...recipe
}: Recipe): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  return (await sha256(new TextEncoder().encode(canonical(recipe)))).slice(0, DIGITS);
}
