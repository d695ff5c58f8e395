/**
 * Memory that a run lacks: foreseen from its plans, or found when the device refuses a buffer. The error names the setting that
 * would fit.
 */
import { SizeError } from '../../gpu/checks';
import type { DeviceLimits } from '../../gpu/counting';
import { OutOfMemoryError } from '../../gpu/outOfMemory';
import { mebibytes } from '../../units';
import { valueAt } from '../../valueAt';
import { type Recipe, withFields } from '../recipe/recipe';
import { AdvisedError, type SettingChange } from './advice';
import { estimateMemory, type MemoryEstimate } from './memory';
import { Session } from './session';

/** The run needs more memory than the device has. */
export class MemoryError extends AdvisedError {}

/** Fields that save memory. The first change no result but the time; the last change the model. */
const FIELDS = [
  'tokensPerPass',
  'memory.recompute',
  'grpo.groupSize',
  'grpo.prompts',
  'sft.sequences',
  'reward.lMax',
  'model.layers',
  'model.width',
] as const;

/** Recipes with one field changed, from the largest to the smallest: halves of a number, and recomputed activations. */
function smaller(recipe: Recipe, field: string): { readonly recipe: Recipe; readonly change: SettingChange }[] {
  const from = valueAt(recipe, field) as number | boolean;
  const values: (number | boolean)[] = from === false ? [true] : [];
  for (let value = Number(from); typeof from === 'number' && value > 1; ) {
    value = Math.floor(value / 2);
    values.push(value);
  }
  return values.flatMap((to) => {
    try {
      return [{ recipe: withFields(recipe, { [field]: to }), change: { field, from, to } }];
    } catch {
      return []; // below the range of the field, or in conflict with another one
    }
  });
}

/**
 * Finds the first field, and its largest half, with which the recipe fits.
 * @param bytes memory of the device; without it, only its limits count
 * @returns null if no single field suffices
 */
export async function fittingSetting(
  recipe: Recipe,
  limits: DeviceLimits,
  bytes = Number.POSITIVE_INFINITY,
): Promise<SettingChange | null> {
  const fits = async (tried: Recipe): Promise<boolean> => {
    try {
      return (await estimateMemory(tried, limits)).peak <= bytes;
    } catch (error) {
      if (error instanceof SizeError) return false;
      throw error;
    }
  };
  for (const field of FIELDS) {
    const tried = smaller(recipe, field);
    const smallest = tried.at(-1);
    if (!smallest || !(await fits(smallest.recipe))) continue;
    for (const { recipe, change } of tried) if (change === smallest.change || (await fits(recipe))) return change;
  }
  return null;
}

const NO_SETTING = 'choose a smaller model or another device';

const memoryError = (what: string, change: SettingChange | null): MemoryError =>
  new MemoryError(change ? what : `${what}; ${NO_SETTING}`, change);

/** @throws MemoryError naming the setting that would fit; the cause is a buffer that is larger than the device allows */
async function refuse(error: unknown, recipe: Recipe, limits: DeviceLimits): Promise<never> {
  if (!(error instanceof SizeError)) throw error;
  throw memoryError(error.what, await fittingSetting(recipe, limits));
}

/** Estimates the memory of a run. @throws MemoryError naming the setting that would fit */
export const foreseeMemory = (recipe: Recipe, limits: DeviceLimits): Promise<MemoryEstimate> =>
  estimateMemory(recipe, limits).catch((error: unknown) => refuse(error, recipe, limits));

/** Opens a session. @throws MemoryError naming the setting that would fit */
export async function openSession(...given: ConstructorParameters<typeof Session>): Promise<Session> {
  const [device, recipe] = given;
  try {
    return new Session(...given);
  } catch (error) {
    if (error instanceof OutOfMemoryError) throw await outOfMemory(error, recipe, device);
    return refuse(error, recipe, device);
  }
}

/** Explains an error of a device without memory, with the setting that would fit. */
export async function outOfMemory(error: OutOfMemoryError, recipe: Recipe, limits: DeviceLimits): Promise<MemoryError> {
  const { peak } = await estimateMemory(recipe, limits);
  const available = Math.min(error.available, peak - 1);
  const change = await fittingSetting(recipe, limits, available);
  const which = change ? `${change.field}=${change.from}` : 'the recipe';
  const what = `${which} needs ${mebibytes(peak)}, but ${limits.name} has only ${mebibytes(error.available)} for it`;
  return memoryError(peak > error.available ? what : `${limits.name}: ${error.what}`, change);
}
