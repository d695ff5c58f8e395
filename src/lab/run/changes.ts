/** Changes of a running run: which fields of its recipe may change between two steps, and the queue that hands them to it. */
import { listed } from '../../quote';
import { valueAt } from '../../valueAt';
import { changedFields } from '../recipe/changedFields';
import { type Recipe, withFields } from '../recipe/recipe';
import type { Checkpoint } from './checkpoint';
import type { ApplyEvent } from './events';
import { refusalOf } from './refusals';

/** Fields of a recipe by path, such as `{'grpo.beta': 0.01}`. */
export type Fields = Readonly<Record<string, unknown>>;

/** Place between two steps: the stage, and its steps so far. */
export type Boundary = Pick<Checkpoint, 'stage' | 'step'>;

/** Fields that a fork may change, but a running run may not. */
const FIXED: readonly (readonly [fields: RegExp, reason: string])[] = [
  [/^(sft|grpo)\.steps$/, 'sets the end of the stage and its schedule; fork a checkpoint'],
  [/^(sft\.sequences|grpo\.(prompts|groupSize)|reward\.lMax)$/, 'sets the size of buffers; fork a checkpoint'],
  [/^sft\.(shortShare|mendShare)$/, 'chooses the data of SFT; fork a checkpoint'],
  [/^(?!(sft|grpo|reward)\.)/, 'is fixed while the run trains; fork a checkpoint'],
];

const isSame = (a: Boundary, b: Boundary): boolean => a.stage === b.stage && a.step === b.step;

/**
 * Recipe after a change at a boundary.
 * @throws naming every field that does not exist, is out of range, or cannot change there
 */
export function changedRecipe(recipe: Recipe, fields: Fields, { stage, step }: Boundary): Recipe {
  const changed = withFields(recipe, fields);
  const place = { stage, step, recipe, isCurated: stage === 'grpo' };
  const refused = changedFields(recipe, changed).flatMap((field) => {
    const reason = refusalOf(field, place) ?? FIXED.find(([fixed]) => fixed.test(field))?.[1];
    return reason === undefined ? [] : [`${field}: ${reason}`];
  });
  if (refused.length > 0) throw new Error(listed(refused.map((line) => `apply after ${stage}-${step}: ${line}`)));
  return changed;
}

/** Event of a change of the recipe at a boundary; null if no field differs. */
export function applyEventOf(before: Recipe, after: Recipe, { stage, step }: Boundary): ApplyEvent | null {
  const fields = changedFields(before, after).map((field) => {
    const [from, to] = [valueAt(before, field), valueAt(after, field)];
    return [field, { from, to }] as const;
  });
  return fields.length === 0 ? null : { type: 'apply', stage, step, fields: Object.fromEntries(fields) };
}

/** Recipe after an event `apply`. @throws as `changedRecipe` */
export function recipeAfter(recipe: Recipe, event: ApplyEvent): Recipe {
  const fields = Object.entries(event.fields).map(([field, { to }]) => [field, to]);
  return changedRecipe(recipe, Object.fromEntries(fields), event);
}

/** A change that waits for its boundary. */
interface Waiting {
  readonly fields: Fields;
  /** Place of the change; null for the next boundary. */
  readonly at: Boundary | null;
  resolve(event: ApplyEvent): void;
  reject(error: Error): void;
}

/** Hands changes to a running run. The caller keeps it when the run continues on another device. */
export class ChangeQueue {
  private waiting: Waiting[] = [];

  /**
   * Adds a change, which the run applies before its next step.
   * @param at place of the change, for scripts; null for the next boundary
   * @returns the event of the change; rejects if the run refuses it, and then the run goes on without it
   */
  add(fields: Fields, at: Boundary | null = null): Promise<ApplyEvent> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ fields, at, resolve, reject });
    });
  }

  /** Changes that are due at a boundary, in their order. They wait on until `remove`. */
  due(boundary: Boundary): readonly Waiting[] {
    return this.waiting.filter(({ at }) => at === null || isSame(at, boundary));
  }

  remove(done: readonly Waiting[]): void {
    this.waiting = this.waiting.filter((one) => !done.includes(one));
  }

  /** Rejects all that waits: the run has ended. */
  close(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
