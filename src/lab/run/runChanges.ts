/** Applies changes to a run at its step boundaries: those of the journal that a continuation repeats, then new ones. */
import type { RewardOptions } from '../../rewards/total';
import { changedFields } from '../recipe/changedFields';
import type { Recipe } from '../recipe/recipe';
import { applyEventOf, type Boundary, type ChangeQueue, changedRecipe, recipeAfter } from './changes';
import type { ApplyEvent } from './events';
import { openRewards } from './options';

export interface ChangeOptions {
  /** Changes that the caller hands to the running run; null for none. */
  readonly changes?: ChangeQueue | null;
  /** Changes of the journal after the checkpoint: the run repeats each at its step. */
  readonly repeats?: readonly ApplyEvent[];
}

/** A change that the stage carries out. */
export interface Change {
  readonly event: ApplyEvent;
  readonly recipe: Recipe;
  readonly rewards: RewardOptions;
  /** Reports the event to those who asked for the change. */
  settle(): void;
}

export class RunChanges {
  private readonly changes: ChangeQueue | null;
  private readonly repeats: readonly ApplyEvent[];

  constructor({ changes = null, repeats = [] }: ChangeOptions) {
    this.changes = changes;
    this.repeats = repeats;
  }

  private repeatAt({ stage, step }: Boundary): ApplyEvent | null {
    return this.repeats.find((event) => event.stage === stage && event.step === step) ?? null;
  }

  /** True if a change waits for this boundary. */
  isDue(at: Boundary): boolean {
    return this.repeatAt(at) !== null || (this.changes?.due(at).length ?? 0) > 0;
  }

  /**
   * Joins all changes that are due at a boundary; null if no field changes. One that cannot be applied is refused as a whole.
   * @throws if a change of the journal cannot be repeated
   */
  async next(recipe: Recipe, at: Boundary): Promise<Change | null> {
    const repeat = this.repeatAt(at);
    const due = this.changes?.due(at) ?? [];
    let after = repeat ? recipeAfter(recipe, repeat) : recipe;
    const accepted: (typeof due)[number][] = [];
    for (const one of due)
      try {
        const changed = changedRecipe(after, one.fields, at);
        if (changedFields(after, changed).length === 0) throw new Error('apply: the recipe has these values already');
        await openRewards(changed); // a term that does not compile is refused here
        after = changed;
        accepted.push(one);
      } catch (error) {
        this.changes?.remove([one]);
        one.reject(error as Error);
      }
    const event = applyEventOf(recipe, after, at);
    const settle = () => {
      this.changes?.remove(accepted);
      for (const { resolve } of accepted) if (event) resolve(event);
    };
    if (event) return { event, recipe: after, rewards: await openRewards(after), settle };
    const undone = new Error('apply: another change at this step takes it back');
    this.changes?.remove(accepted);
    for (const { reject } of accepted) reject(undone);
    return null;
  }
}
