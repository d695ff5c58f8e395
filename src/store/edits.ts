/** Edits of the draft: dependent fields, validity and messages about faults. */
import { followingFields } from '../lab/recipe/levels';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import { epsilonHighIsRatio } from '../lab/recipe/sections/grpo';
import { type ModelPreset, modelPresets } from '../model/presets';
import type { AlsoChanged } from './lab';

type Fields = Readonly<Record<string, unknown>>;

export interface Edit {
  readonly value: unknown;
  /** Input as typed or chosen; the field shows it while the edit is refused. */
  readonly text: string;
}

/** An edit that would make the draft invalid. */
export interface RefusedEdit extends Edit {
  /** Faults, by the field that shows them. */
  readonly faults: Readonly<Record<string, string>>;
}

/** Path of the edit that sets the whole shape of the model. */
export const MODEL_PRESET = 'model.preset';

export const messageOf = (error: unknown): string => (error as Error).message.replaceAll('recipe: ', '');

/**
 * Fields that an edit sets, including dependent ones. Some losses cap the ratio itself at ε high: choosing one adds 1 to ε high,
 * leaving it subtracts 1.
 */
function fieldsOf(draft: Recipe, path: string, value: unknown): { fields: Fields; alsoChanged: AlsoChanged | null } {
  if (path === MODEL_PRESET) {
    const shape = Object.entries(modelPresets[value as ModelPreset]);
    return { fields: Object.fromEntries(shape.map(([field, size]) => [`model.${field}`, size])), alsoChanged: null };
  }
  const { fields, words } = followingFields(draft, path, value);
  const before = Object.entries(draft.reward).map(([name, length]) => [`reward.${name}`, length] as const);
  const lengths = Object.fromEntries(before.filter(([name]) => Object.hasOwn(fields, name)));
  const { epsilonHigh } = draft.grpo;
  const loss = path === 'grpo.lossType';
  const ratio = epsilonHighIsRatio(String(value));
  return {
    fields: {
      [path]: value,
      ...fields,
      ...(loss && ratio && epsilonHigh < 1 ? { 'grpo.epsilonHigh': 1 + epsilonHigh } : {}),
      ...(loss && !ratio && epsilonHigh > 1 ? { 'grpo.epsilonHigh': epsilonHigh - 1 } : {}),
    },
    alsoChanged: words === null ? null : { words, lengths },
  };
}

/** Faults of the custom reward, which needs a weight and a program: both fields say what to do first. */
function ownRewardFaults({ reward: { custom, customSource } }: Recipe, path: string, value: unknown) {
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

/** Maximum number of typed characters that a message quotes. */
const QUOTED = 40;

export function faultsOf(draft: Recipe, path: string, { value, text }: Edit, error: unknown): RefusedEdit['faults'] {
  if (Number.isNaN(value))
    return {
      [path]: `${path} is ${text.trim() === '' ? 'empty' : JSON.stringify(text.slice(0, QUOTED))}: type a number`,
    };
  return ownRewardFaults(draft, path, value) ?? { [path]: messageOf(error) };
}

/** Draft with an edit. @throws if the edit is invalid */
export function fitted(
  draft: Recipe,
  path: string,
  value: unknown,
): { recipe: Recipe; alsoChanged: AlsoChanged | null } {
  const { fields, alsoChanged } = fieldsOf(draft, path, value);
  return { recipe: withFields(draft, fields), alsoChanged };
}

export type Refused = Readonly<Record<string, RefusedEdit>>;

export const without = (refused: Refused, path: string): Refused =>
  Object.fromEntries(Object.entries(refused).filter(([other]) => other !== path));

/** Applies all refused edits at once, since two may be valid only together. Null if they are not. */
function allTogether(draft: Recipe, refused: Refused): Recipe | null {
  try {
    const fields = Object.entries(refused).map(([path, { value }]) => fieldsOf(draft, path, value).fields);
    return withFields(draft, Object.assign({}, ...fields));
  } catch {
    return null;
  }
}

/** Applies the refused edits that have become valid, and updates the faults of the others. */
export function retryRefused(draft: Recipe, refused: Refused): { draft: Recipe; refused: Refused } {
  const left: Record<string, RefusedEdit> = {};
  for (const [path, edit] of Object.entries(refused))
    if (edit.value === undefined) left[path] = edit;
    else
      try {
        return retryRefused(fitted(draft, path, edit.value).recipe, without(refused, path));
      } catch (error) {
        left[path] = { ...edit, faults: faultsOf(draft, path, edit, error) };
      }
  const together = Object.keys(left).length > 1 ? allTogether(draft, left) : null;
  return together ? { draft: together, refused: {} } : { draft, refused: left };
}
