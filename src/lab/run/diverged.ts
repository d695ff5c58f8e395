/** Errors of a training whose numbers are no longer finite: the place, the first tensor, and a lower learning rate. */
import { firstNonFiniteOf } from '../../train/firstNonFinite';
import { located, NonFiniteError, tensorText } from '../../train/nonFiniteError';
import type { Recipe } from '../recipe/recipe';
import { AdvisedError, type SettingChange } from './advice';
import type { LabEvent, Stage } from './events';
import type { Session } from './session';

/** A loss, gradient or metric is NaN or infinite. The weights are those of the last finite step. */
export class DivergedError extends AdvisedError {}

/** Position of a run in its events. */
export interface RunPlace {
  readonly stage: Stage;
  /** Steps taken in SFT and in GRPO. */
  readonly sft: number;
  readonly grpo: number;
}

export const RUN_START: RunPlace = { stage: 'compile', sft: 0, grpo: 0 };

/** Position after an event. */
export function placeAfter(place: RunPlace, event: LabEvent): RunPlace {
  if (event.type === 'stage') return { ...place, stage: event.stage };
  if (event.type === 'sft' || event.type === 'grpo') return { ...place, stage: event.type, [event.type]: event.step };
  if (event.type !== 'resume') return place;
  const { stage, step, fork } = event;
  const sft = stage === 'sft' ? step : (fork?.before.sft.steps ?? place.sft);
  return { stage, sft, grpo: stage === 'grpo' ? step : 0 };
}

/** Name of what the run does at a place. */
function placeText({ stage, sft, grpo }: RunPlace): string {
  if (stage === 'sft') return `SFT step ${sft + 1}`;
  if (stage === 'grpo') return `GRPO step ${grpo + 1}`;
  const after = grpo > 0 ? ` after GRPO step ${grpo}` : sft > 0 ? ` after SFT step ${sft}` : '';
  return `${{ compile: 'compilation', evaluate: 'evaluation', curate: 'curation' }[stage]}${after}`;
}

/** Significant digits of an offered rate. */
const RATE_DIGITS = 6;

/** Half the learning rate of the stage that trained last; null if none has trained. */
function lowerRate({ sft, grpo }: Pick<Recipe, 'sft' | 'grpo'>, place: RunPlace): SettingChange | null {
  const trained =
    place.stage === 'grpo' || place.grpo > 0 ? 'grpo' : place.stage === 'sft' || place.sft > 0 ? 'sft' : null;
  if (trained === null) return null;
  const { learningRate: from } = trained === 'grpo' ? grpo : sft;
  return from > 0 ? { field: `${trained}.learningRate`, from, to: Number((from / 2).toPrecision(RATE_DIGITS)) } : null;
}

/** Explains an error with the place of the run, the first tensor that is not finite, and a lower rate. */
export async function divergedError(
  error: NonFiniteError,
  place: RunPlace,
  { recipe, model }: Pick<Session, 'recipe' | 'model'>,
): Promise<DivergedError> {
  const { ids } = error;
  const tensor = error.tensor ?? (ids && (await located(() => firstNonFiniteOf(model, ids))));
  const parts = [`${placeText(place)}: ${error.what}`, ...(tensor ? [tensorText(tensor)] : [])];
  const change = lowerRate(recipe, place);
  if (recipe.precision === 'f16') parts.push(change ? 'use precision=f32, or a lower rate' : 'use precision=f32');
  else if (!change) parts.push('check the initial weights');
  return new DivergedError(parts.join('; '), change);
}

/** Path and value of the first number that is not finite, outside typed arrays; null if there is none. */
function nonFiniteIn(value: unknown, path: string): { readonly path: string; readonly value: number } | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : { path, value };
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  for (const [name, inner] of Object.entries(value)) {
    const found = nonFiniteIn(inner, path === '' ? name : `${path}.${name}`);
    if (found) return found;
  }
  return null;
}

/** Checks an event before it leaves the run: the journal stores finite numbers. @throws NonFiniteError naming the field */
export function assertFiniteEvent(event: LabEvent): void {
  const found = nonFiniteIn(event, '');
  if (found) throw new NonFiniteError(`${found.path.replace(/^metrics\./, '')} is ${found.value}`);
}
