/** Reads a recipe from options: a name or a file, a seed, changed fields, own problems. */
import { JsonSyntaxError, parseJson } from '../json';
import { recipeByName } from '../lab/recipe/presets';
import { parseRecipe, type Recipe, withFields } from '../lab/recipe/recipe';
import { quote } from '../quote';
import { OWN, type OwnProblems } from '../tasks/own';
import type { Given } from './command';
import { InputError, input, readJson, readText, SEED } from './input';

/**
 * `grpo.steps=40` → ['grpo.steps', 40]. A value that is not JSON is text; `@FILE` is the text of a file.
 * @param option for errors
 */
export function fieldOf(text: string, option: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new InputError(`${option}: ${quote(text)} is not of the form field=value; use for example grpo.steps=40`);
  const value = text.slice(at + 1);
  if (value.startsWith('@')) return [text.slice(0, at), readText(value.slice(1))];
  try {
    return [text.slice(0, at), parseJson(value, `${option}: ${text.slice(0, at)}`)];
  } catch (error) {
    if (error instanceof JsonSyntaxError) return [text.slice(0, at), value];
    throw new InputError((error as Error).message);
  }
}

export const RECIPE_OPTIONS = {
  recipe: {
    type: 'string',
    value: 'NAME|FILE.json',
    required: true,
    help: 'name of a recipe of the lab, or a file',
  },
  seed: { type: 'number', ...SEED, help: 'replaces the seed of the recipe' },
  set: {
    type: 'string',
    multiple: true,
    value: 'field=value',
    help: 'sets a field of the recipe, such as grpo.steps=40; may be repeated, the last value counts; field=@FILE takes the text of a file',
  },
} as const;

/** Sets the fields of `--set` and `--seed`. @throws InputError naming the field */
export function withSet(
  recipe: Recipe,
  { seed, set = [] }: Pick<Given<typeof RECIPE_OPTIONS>, 'seed' | 'set'>,
): Recipe {
  const fields = Object.fromEntries(set.map((text) => fieldOf(text, '--set')));
  return input(() => withFields(recipe, seed === undefined ? fields : { ...fields, seed }));
}

/** Reads the recipe. @param own problems that replace the recipe's task, at their lowest level */
export function readRecipe(
  { recipe: name, ...changes }: Given<typeof RECIPE_OPTIONS>,
  own: OwnProblems | null = null,
): Recipe {
  const named = name.endsWith('.json')
    ? input(() => parseRecipe(readJson(name), name))
    : input(() => recipeByName(name));
  return withSet(own ? input(() => withOwn(named, own)) : named, changes);
}

function withOwn(recipe: Recipe, own: OwnProblems): Recipe {
  const level = Math.min(...own.problems.map((line) => line.level ?? 1));
  const about = `Trained as ${recipe.name}, on ${own.problems.length} problems from a file.`;
  return parseRecipe({ ...recipe, name: OWN, title: 'Your own problems', about, task: { name: OWN, level }, own });
}
