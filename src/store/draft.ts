/** The recipe that the next run takes: edited field by field, never out of range. */
import { parseJsonLines, utf8Text } from '../json';
import { atInitialLevel, followingFields } from '../lab/levels';
import { type Recipe, recipeSchema, withFields } from '../lab/recipe';
import { recipeByName, recipes } from '../lab/recipes';
import { type ModelPreset, type ModelShape, modelPresets } from '../model/presets';
import { type Followed, lab } from './lab';

type Fields = Readonly<Record<string, unknown>>;

const take = (draft: Recipe, followed: Followed | null = null) =>
  lab.setState(({ edition }) => ({ draft, draftErrors: {}, edition: edition + 1, followed }));
const refuse = (field: string, error: unknown) =>
  lab.setState(({ draftErrors }) => ({
    draftErrors: { ...draftErrors, [field]: (error as Error).message.replaceAll('recipe: ', '') },
  }));

export const chooseRecipe = (name: string): void => take(recipeByName(name));

/** A recipe by name with fields set by path, on screen in Setup. @throws where there is none such or a field does not fit */
export function loadRecipe(name: string, fields: Fields): void {
  take(withFields(recipeByName(name), fields));
  lab.setState({ setupOpen: true });
}

/** Own reward: weight and program belong together, so what refuses the one is told at both, with what to do first. */
function ownRewardFaults(path: string, value: unknown, { custom, customSource }: Recipe['reward']) {
  const noProgram = customSource.trim() === '';
  if (path === 'reward.custom' && noProgram && Number.isFinite(value) && value !== 0)
    return {
      'reward.custom': 'Your own term has no JavaScript yet: write it below, then set this weight.',
      'reward.customSource': 'Write it here first, then set the weight of your own term above.',
    };
  if (path === 'reward.customSource' && custom !== 0 && !noProgram && String(value).trim() === '')
    return {
      'reward.custom': 'Set this to 0 first, then take the JavaScript below away.',
      'reward.customSource': `Your own term has the weight ${custom}: set that to 0 above before you take this away.`,
    };
  return null;
}

/** Changes fields by path; where they do not fit, that is told at `field` and the draft stays as it was. */
function change(field: string, fields: Fields, followed: Followed | null = null): void {
  try {
    take(withFields(lab.getState().draft, fields), followed);
  } catch (error) {
    refuse(field, error);
  }
}

/** What follows from a choice, and the lengths as they were before it. */
function following(path: string, value: unknown): { readonly fields: Fields; readonly followed: Followed | null } {
  const { draft } = lab.getState();
  const { fields, told } = followingFields(draft, path, value);
  const before = Object.entries(draft.reward).map(([name, length]) => [`reward.${name}`, length] as const);
  const lengths = Object.fromEntries(before.filter(([name]) => Object.hasOwn(fields, name)));
  return { fields, followed: told === null ? null : { told, lengths } };
}

/**
 * Changes one field, and what follows from it: with a task its first level, with either the lengths of the reward. `cispo`
 * reads ε high as the cap of the ratio itself: choosing it raises ε high to where it may be.
 */
export function editDraft(path: string, value: unknown): void {
  const { draft } = lab.getState();
  const faults = ownRewardFaults(path, value, draft.reward);
  if (faults) return lab.setState(({ draftErrors }) => ({ draftErrors: { ...draftErrors, ...faults } }));
  const { epsilonHigh } = draft.grpo;
  const cispo = path === 'grpo.lossType' && value === 'cispo' && epsilonHigh < 1;
  const leaving = path === 'grpo.lossType' && value !== 'cispo' && epsilonHigh > 1;
  const { fields, followed } = following(path, value);
  change(
    path,
    {
      [path]: value,
      ...fields,
      ...(cispo ? { 'grpo.epsilonHigh': 1 + epsilonHigh } : {}),
      ...(leaving ? { 'grpo.epsilonHigh': epsilonHigh - 1 } : {}),
    },
    followed,
  );
}

/** Sets the lengths back that followed from the last choice. */
export function undoFollowing(): void {
  const { followed } = lab.getState();
  if (followed) change('task.level', followed.lengths);
}

const listAt = (recipe: Recipe, path: string): readonly unknown[] =>
  path.split('.').reduce<unknown>((at, key) => (at as Fields)[key], recipe) as readonly unknown[];

/** Adds the first of the items that fits to a list; where none does, tells why not the first. */
export function addToDraft(path: string, items: readonly unknown[]): void {
  const { draft } = lab.getState();
  const list = listAt(draft, path);
  let fault: unknown = null;
  for (const item of items)
    try {
      return take(withFields(draft, { [path]: [...list, atInitialLevel(draft, item)] }));
    } catch (error) {
      fault ??= error;
    }
  if (fault) refuse(path, fault);
}

/** Takes a list from a file of JSON lines; what is no JSON, or does not fit, is told with its line or its place. */
export function fillDraft(path: string, file: string | Uint8Array, where: string): void {
  try {
    const items = Array.from(
      parseJsonLines(typeof file === 'string' ? file : utf8Text(file, where), where),
      ({ json }) => json,
    );
    const { fields, followed } = following(path, items);
    take(withFields(lab.getState().draft, { [path]: items, ...fields }), followed);
  } catch (error) {
    refuse(path, error);
  }
}

export const removeFromDraft = (path: string, index: number): void =>
  change(path, { [path]: listAt(lab.getState().draft, path).filter((_, i) => i !== index) });

/** All of the shape at once: one field at a time might not fit the others. */
export function chooseModelPreset(name: ModelPreset): void {
  const fields = Object.entries(modelPresets[name]).map(([field, value]) => [`model.${field}`, value] as const);
  change('model.preset', Object.fromEntries(fields));
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
