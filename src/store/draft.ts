/** The recipe that the next run takes: edited field by field, never out of range. */
import { type Recipe, recipeSchema, withFields } from '../lab/recipe';
import { recipeByName, recipes } from '../lab/recipes';
import { type ModelPreset, type ModelShape, modelPresets } from '../model/presets';
import { lab } from './lab';

const take = (draft: Recipe) => lab.setState(({ edition }) => ({ draft, draftErrors: {}, edition: edition + 1 }));
const refuse = (field: string, error: unknown) =>
  lab.setState(({ draftErrors }) => ({
    draftErrors: { ...draftErrors, [field]: (error as Error).message.replaceAll('recipe: ', '') },
  }));

export const chooseRecipe = (name: string): void => take(recipeByName(name));

/** Changes fields by path; where they do not fit, that is told at `field` and the draft stays as it was. */
function change(field: string, fields: Readonly<Record<string, unknown>>): void {
  try {
    take(withFields(lab.getState().draft, fields));
  } catch (error) {
    refuse(field, error);
  }
}

/** Changes one field. `cispo` reads ε high as the cap of the ratio itself: choosing it raises ε high to where it may be. */
export function editDraft(path: string, value: unknown): void {
  const { epsilonHigh } = lab.getState().draft.grpo;
  const cispo = path === 'grpo.lossType' && value === 'cispo' && epsilonHigh < 1;
  const leaving = path === 'grpo.lossType' && value !== 'cispo' && epsilonHigh > 1;
  change(path, {
    [path]: value,
    ...(cispo ? { 'grpo.epsilonHigh': 1 + epsilonHigh } : {}),
    ...(leaving ? { 'grpo.epsilonHigh': epsilonHigh - 1 } : {}),
  });
}

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
