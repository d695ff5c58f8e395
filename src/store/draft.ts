/**
 * The draft: the recipe of the next run, edited field by field. It is always valid. An edit that makes it invalid waits in its
 * field as a refused edit, and is tried again whenever the draft changes.
 */
import { atInitialLevel } from '../lab/recipe/levels';
import { recipeByName, recipes } from '../lab/recipe/presets';
import { type Recipe, recipeSchema, withFields } from '../lab/recipe/recipe';
import { type ModelPreset, type ModelShape, modelPresets } from '../model/presets';
import { valueAt } from '../valueAt';
import {
  type Edit,
  faultsOf,
  fitted,
  MODEL_PRESET,
  messageOf,
  type Refused,
  type RefusedEdit,
  retryRefused,
  without,
} from './edits';
import { type AlsoChanged, lab, openNewRun } from './lab';

type Fields = Readonly<Record<string, unknown>>;

/** Stores a valid draft with the edits that are still refused. */
function take(draft: Recipe, refused: Refused = {}, alsoChanged: AlsoChanged | null = null): void {
  const next = retryRefused(draft, refused);
  lab.setState(({ edition }) => ({
    ...next,
    draftErrors: Object.assign({}, ...Object.values(next.refused).map(({ faults }) => faults)),
    edition: edition + 1,
    alsoChanged,
    linked: '',
  }));
}

/** Keeps a refused edit. It replaces an earlier one of the same field. */
function refuse(path: string, edit: RefusedEdit): void {
  const { draft, refused, alsoChanged } = lab.getState();
  take(draft, { ...without(refused, path), [path]: edit }, alsoChanged);
}

/** Makes the recipe the draft, without changes; replace.ts asks before changes are lost. */
export function load(recipe: Recipe): void {
  take(recipe);
  lab.setState({ loaded: recipe });
}

/** Makes a recipe by name the draft. */
export const chooseRecipe = (name: string): void => load(recipeByName(name));

/** Loads a recipe by name with fields set by path, and opens the drawer. @throws if the name is unknown or a field is invalid */
export function loadRecipe(name: string, fields: Fields): void {
  load(withFields(recipeByName(name), fields));
  openNewRun();
}

/** Applies a valid edit, then tries the refused ones again. Keeps an invalid edit in its field, with its faults. */
function change(path: string, edit: Edit): void {
  const { draft, refused } = lab.getState();
  const others = without(refused, path);
  try {
    const { recipe, alsoChanged } = fitted(draft, path, edit.value);
    take(recipe, others, alsoChanged);
  } catch (error) {
    refuse(path, { ...edit, faults: faultsOf(draft, path, edit, error) });
  }
}

/**
 * Changes one field and the fields that depend on it: a task sets its first level; a task or a level sets reward lengths.
 * @param text input as typed
 */
export const editDraft = (path: string, value: unknown, text = String(value)): void => change(path, { value, text });

/** Sets the whole shape at once, since a single field may not match the others. */
export const chooseModelPreset = (name: ModelPreset): void => change(MODEL_PRESET, { value: name, text: name });

/** Loads the engine of regular expressions, then tries the refused edits again. Without it, their messages say so. */
export async function loadPatterns(): Promise<void> {
  try {
    await import('../re2');
  } catch {
    return; // a fault of each expression names the missing engine
  }
  const { draft, refused, alsoChanged } = lab.getState();
  if (Object.keys(refused).length > 0) take(draft, refused, alsoChanged);
}

/** Drops all refused edits, so that each field shows the draft's value again. */
export function dropRefused(): void {
  take(lab.getState().draft);
}

/** Restores the reward lengths from before the last choice of a task or level. */
export function undoFollowing(): void {
  const { draft, refused, alsoChanged } = lab.getState();
  if (alsoChanged) take(withFields(draft, alsoChanged.lengths), refused);
}

const listAt = (recipe: Recipe, path: string) => valueAt(recipe, path) as readonly unknown[];

/** Adds the first valid item to a list. If none is valid, shows the fault of the first. */
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
  // the list does not change: there is a message, but no refused edit
  if (fault) lab.setState(({ draftErrors }) => ({ draftErrors: { ...draftErrors, [path]: messageOf(fault) } }));
}

/** True if the path is within an item of the list. */
const withinList = (list: string, path: string) => path.startsWith(`${list}.`);

/** Items of a file of JSON lines. The reader of files loads with the first one. */
async function itemsIn(file: string | Uint8Array, where: string): Promise<unknown[]> {
  const [{ parseJsonLines, utf8Text }] = await Promise.all([import('../json'), loadPatterns()]);
  const text = typeof file === 'string' ? file : utf8Text(file, where);
  return Array.from(parseJsonLines(text, where), ({ json }) => json);
}

/** Sets a list from a file of JSON lines. A fault names the line or the field. */
export async function fillDraft(path: string, file: string | Uint8Array, where: string): Promise<void> {
  const read = await itemsIn(file, where).then(
    (items) => ({ items }),
    (error: unknown) => ({ fault: messageOf(error) }),
  );
  const { refused } = lab.getState();
  lab.setState({ refused: Object.fromEntries(Object.entries(refused).filter(([other]) => !withinList(path, other))) });
  if ('items' in read) change(path, { value: read.items, text: where });
  else refuse(path, { value: undefined, text: where, faults: { [path]: read.fault } });
}

/** Removes an item from a list with its refused edits. Refused edits of later items move up with their items. */
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

/** Model preset with the draft's shape, or null. */
export function draftPreset({ model }: Recipe): ModelPreset | null {
  const fits = ([, shape]: [string, ModelShape]) =>
    Object.entries(shape).every(([field, value]) => model[field as keyof ModelShape] === value);
  return (Object.entries(modelPresets).find(fits)?.[0] as ModelPreset | undefined) ?? null;
}

/** Paths of the fields in which the draft differs from the recipe of the same name. */
export function draftChanges(draft: Recipe): string[] {
  const base = recipes.find(({ name }) => name === draft.name);
  if (!base) return [];
  return Object.keys(recipeSchema.shape).flatMap((section) => {
    if (section === 'title' || section === 'about') return []; // words only
    const [a, b] = [draft, base].map((recipe) => recipe[section as keyof Recipe]);
    if (typeof a !== 'object' || typeof b !== 'object') return a === b ? [] : [section];
    return Object.entries(a)
      .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify((b as Record<string, unknown>)[field]))
      .map(([field]) => `${section}.${field}`);
  });
}
