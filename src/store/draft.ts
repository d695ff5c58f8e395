/**
 * The recipe that the next run takes, edited field by field. It is always valid: an edit that does not fit stays in its field
 * as a refused edit, and is tried again whenever the draft changes.
 */
import { parseJsonLines, utf8Text } from '../json';
import { atInitialLevel } from '../lab/recipe/levels';
import { recipeByName, recipes } from '../lab/recipe/presets';
import { type Recipe, recipeSchema, withFields } from '../lab/recipe/recipe';
import { type ModelPreset, type ModelShape, modelPresets } from '../model/presets';
import {
  type Edit,
  faultsOf,
  fitted,
  lookAgain,
  MODEL_PRESET,
  messageOf,
  type Refused,
  type RefusedEdit,
  without,
} from './edits';
import { type Followed, lab } from './lab';

type Fields = Readonly<Record<string, unknown>>;

/** A valid draft, and what is still refused beside it. */
function take(draft: Recipe, refused: Refused = {}, followed: Followed | null = null): void {
  const next = lookAgain(draft, refused);
  lab.setState(({ edition }) => ({
    ...next,
    draftErrors: Object.assign({}, ...Object.values(next.refused).map(({ faults }) => faults)),
    edition: edition + 1,
    followed,
  }));
}

/** Keeps an edit that does not fit, in the place of an earlier one of the same field. */
function refuse(path: string, edit: RefusedEdit): void {
  const { draft, refused, followed } = lab.getState();
  take(draft, { ...without(refused, path), [path]: edit }, followed);
}

/** A draft without changes. */
function load(recipe: Recipe): void {
  take(recipe);
  lab.setState({ loaded: recipe });
}

/** A recipe by name in place of the draft; replace.ts asks before changes are lost. */
export const chooseRecipe = (name: string): void => load(recipeByName(name));

/** A recipe by name with fields set by path, on screen in Setup. @throws where there is none such or a field does not fit */
export function loadRecipe(name: string, fields: Fields): void {
  load(withFields(recipeByName(name), fields));
  lab.setState({ setupOpen: true });
}

/** Takes an edit where it fits, alone or with those that were refused; else keeps it in its field with what is wrong. */
function change(path: string, edit: Edit): void {
  const { draft, refused } = lab.getState();
  const others = without(refused, path);
  try {
    const { recipe, followed } = fitted(draft, path, edit.value);
    take(recipe, others, followed);
  } catch (error) {
    refuse(path, { ...edit, faults: faultsOf(draft, path, edit, error) });
  }
}

/**
 * Changes one field, and what follows from it: with a task its first level, with either the lengths of the reward.
 * @param text as it was typed
 */
export const editDraft = (path: string, value: unknown, text = String(value)): void => change(path, { value, text });

/** All of the shape at once: one field at a time might not fit the others. */
export const chooseModelPreset = (name: ModelPreset): void => change(MODEL_PRESET, { value: name, text: name });

/** Drops every edit that was refused: each field shows the draft's own value again. */
export function dropRefused(): void {
  take(lab.getState().draft);
}

/** Sets the lengths back that followed from the last choice. */
export function undoFollowing(): void {
  const { draft, refused, followed } = lab.getState();
  if (followed) take(withFields(draft, followed.lengths), refused);
}

const listAt = (recipe: Recipe, path: string): readonly unknown[] =>
  path.split('.').reduce<unknown>((at, key) => (at as Fields)[key], recipe) as readonly unknown[];

/** Adds the first of the items that fits to a list; where none does, says why not the first. */
export function addToDraft(path: string, items: readonly unknown[]): void {
  const { draft, refused } = lab.getState();
  const list = listAt(draft, path);
  let fault: unknown = null;
  for (const item of items)
    try {
      return take(withFields(draft, { [path]: [...list, atInitialLevel(draft, item)] }), refused);
    } catch (error) {
      fault ??= error;
    }
  // the list stays as it is: a message, no edit that waits
  if (fault) lab.setState(({ draftErrors }) => ({ draftErrors: { ...draftErrors, [path]: messageOf(fault) } }));
}

/** Edits of the items of a list. */
const withinList = (list: string, path: string) => path.startsWith(`${list}.`);

/** Takes a list from a file of JSON lines; what is no JSON, or does not fit, is told with its line or its place. */
export function fillDraft(path: string, file: string | Uint8Array, where: string): void {
  const { refused } = lab.getState();
  lab.setState({ refused: Object.fromEntries(Object.entries(refused).filter(([other]) => !withinList(path, other))) });
  try {
    const text = typeof file === 'string' ? file : utf8Text(file, where);
    const items = Array.from(parseJsonLines(text, where), ({ json }) => json);
    change(path, { value: items, text: where });
  } catch (error) {
    refuse(path, { value: undefined, text: where, faults: { [path]: messageOf(error) } });
  }
}

/** Takes an item out of a list, with what was refused of it; refused edits of later items move up with them. */
export function removeFromDraft(path: string, index: number): void {
  const { draft, refused } = lab.getState();
  const moved = Object.entries(refused).flatMap(([other, edit]): [string, RefusedEdit][] => {
    if (!withinList(path, other)) return [[other, edit]];
    const [item, ...column] = other.slice(path.length + 1).split('.');
    if (Number(item) === index) return [];
    return [[Number(item) > index ? [path, Number(item) - 1, ...column].join('.') : other, edit]];
  });
  try {
    const list = listAt(draft, path).filter((_, i) => i !== index);
    take(withFields(draft, { [path]: list }), Object.fromEntries(moved));
  } catch (error) {
    lab.setState(({ draftErrors }) => ({ draftErrors: { ...draftErrors, [path]: messageOf(error) } }));
  }
}

/** The model preset whose shape the draft has; null where it is none's. */
export function draftPreset({ model }: Recipe): ModelPreset | null {
  const fits = ([, shape]: [string, ModelShape]) =>
    Object.entries(shape).every(([field, value]) => model[field as keyof ModelShape] === value);
  return (Object.entries(modelPresets).find(fits)?.[0] as ModelPreset | undefined) ?? null;
}

/** Fields in which the draft differs from the recipe of the same name. */
export function draftChanges(draft: Recipe): string[] {
  const base = recipes.find(({ name }) => name === draft.name);
  if (!base) return [];
  return Object.keys(recipeSchema.shape).flatMap((section) => {
    const [a, b] = [draft, base].map((recipe) => recipe[section as keyof Recipe]);
    if (typeof a !== 'object' || typeof b !== 'object') return a === b ? [] : [section];
    return Object.entries(a)
      .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify((b as Record<string, unknown>)[field]))
      .map(([field]) => `${section}.${field}`);
  });
}
