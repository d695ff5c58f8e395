/**
 * A recipe in a link: the name of a preset, the fields that differ from it, and the hash of the whole. A reader that has
 * another preset of that name sees it by the hash.
 */
import { parseJson } from '../../json';
import { quote } from '../../quote';
import { SchemaError } from '../../validation';
import { valueAt } from '../../valueAt';
import { changedFields } from './changedFields';
import { packText, unpackText } from './packedText';
import { recipes } from './presets';
import { parseRecipe, type Recipe, withFields } from './recipe';
import { recipeHash } from './recipeHash';

/** Most bytes of the changed fields as JSON. The longest list of own problems takes less. */
const MOST_BYTES = 4 * 2 ** 20;

/** Name in a link for the defaults of every field; recipes that are no preset differ from them. */
const DEFAULTS = 'custom';

/** Parameters of a link; null for those that it lacks. */
export interface LinkedRecipe {
  readonly recipe: string | null;
  readonly set: string | null;
  readonly hash: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Recipe from which a link counts changes; null for an unknown name. */
const baseNamed = (name: string): Recipe | null =>
  recipes.find((preset) => preset.name === name) ?? (name === DEFAULTS ? parseRecipe({}) : null);

export interface RecipeChanges {
  /** Preset, or the defaults. */
  readonly base: Recipe;
  /** Changed fields by path. */
  readonly fields: Fields;
}

export function changesOf(recipe: Recipe): RecipeChanges {
  const base = baseNamed(recipe.name) ?? parseRecipe({});
  const paths = changedFields(base, recipe);
  return { base, fields: Object.fromEntries(paths.map((path) => [path, valueAt(recipe, path)])) };
}

/** Parameters of a link that opens the recipe. */
export async function linkOf(recipe: Recipe): Promise<LinkedRecipe> {
  const { base, fields } = changesOf(recipe);
  const set = Object.keys(fields).length > 0 ? await packText(JSON.stringify(fields)) : null;
  return { recipe: base.name, set, hash: await recipeHash(recipe) };
}

/** True for the path of a field; a section is none. */
function isField(recipe: Recipe, path: string): boolean {
  let at: unknown = recipe;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return false;
    at = at[key as keyof typeof at];
  }
  return typeof at !== 'object' || Array.isArray(at);
}

/** Fields that cannot have their values because of a fault: the faulty one if the link sets it, else its section's, else all. */
function wrongFields(paths: readonly string[], fault: string): { isOwn: boolean; wrong: readonly string[] } {
  const own = paths.filter((path) => fault === path || fault.startsWith(`${path}.`));
  if (own.length > 0) return { isOwn: true, wrong: own };
  const section = paths.filter((path) => path.split('.')[0] === fault.split('.')[0]);
  return { isOwn: false, wrong: section.length > 0 ? section : paths };
}

/** Recipe with the fields that it can have, and the faults of the others. */
function withGoodFields(base: Recipe, fields: Fields): { recipe: Recipe; faults: string[] } {
  const all = Object.entries(fields);
  const faults = all.flatMap(([path]) => (isField(base, path) ? [] : [`a recipe has no field ${quote(path)}`]));
  let left = all.filter(([path]) => isField(base, path));
  for (;;)
    try {
      return { recipe: withFields(base, Object.fromEntries(left)), faults };
    } catch (error) {
      if (!(error instanceof SchemaError) || left.length === 0) throw error;
      const paths = left.map(([path]) => path);
      const dropped = new Set<string>();
      for (const { path, message } of error.faults) {
        const { isOwn, wrong } = wrongFields(paths, path);
        const more = wrong.filter((one) => !dropped.has(one));
        for (const one of more) dropped.add(one);
        const outcome = isOwn ? "the preset's value stays" : `left out: ${more.join(', ')}`;
        if (more.length > 0) faults.push(`${path} ${message}; ${outcome}`);
      }
      left = left.filter(([path]) => !dropped.has(path));
    }
}

async function unpackFields(set: string): Promise<Fields> {
  const text = await unpackText(set, MOST_BYTES).catch((error: Error): never => {
    throw new Error(`set= ${error.message}`);
  });
  const fields = parseJson(text, 'set=');
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields as Fields;
  throw new Error(`set= holds ${quote(fields)}; use changed fields by their paths`);
}

/** Recipe of a link, null if it cannot be read, and the faults of the link, in words. */
export async function recipeOfLink(link: LinkedRecipe): Promise<{ recipe: Recipe | null; faults: readonly string[] }> {
  if (link.recipe === null) return { recipe: null, faults: ['set= and hash= need recipe=, the name of a recipe'] };
  const base = baseNamed(link.recipe);
  if (!base) return { recipe: null, faults: [`there is no recipe ${quote(link.recipe)}; New run keeps its recipe`] };
  let fields: Fields = {};
  try {
    if (link.set !== null) fields = await unpackFields(link.set);
  } catch (error) {
    return { recipe: null, faults: [`${(error as Error).message}; New run keeps its recipe`] };
  }
  const { recipe, faults } = withGoodFields(base, fields);
  const hash = await recipeHash(recipe);
  if (faults.length > 0 || hash === null || link.hash === null || hash === link.hash) return { recipe, faults };
  const differs = `the recipe has the hash ${hash}, the link says ${quote(link.hash)}: the link was changed, or the lab has other presets`;
  return { recipe, faults: [differs] };
}
