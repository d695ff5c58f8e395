/** Value of a field in the recipe from which the draft began. */
import { recipes } from '../../lab/recipe/presets';
import type { Recipe } from '../../lab/recipe/recipe';
import { valueAt } from '../../valueAt';

/** Longest value in words beside its field. */
const MOST_SHOWN = 16;

/** @returns null where no preset has the draft's name */
export function presetOf(draft: Recipe, path: string): { readonly value: unknown; readonly differs: boolean } | null {
  const preset = recipes.find(({ name }) => name === draft.name);
  if (!preset) return null;
  const value = valueAt(preset, path);
  return { value, differs: JSON.stringify(value) !== JSON.stringify(valueAt(draft, path)) };
}

/** Value in words; null for a list and for a long text. */
export function presetText(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'object' || value === '') return null;
  const text = String(value);
  return text.length > MOST_SHOWN ? null : text;
}
