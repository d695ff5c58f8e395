/** Changes of the recipe that the page asks of the run that trains here. */
import { type Recipe, withFields } from '../lab/recipe/recipe';
import { type Boundary, ChangeQueue, changedRecipe, type Fields } from '../lab/run/changes';
import type { ApplyEvent, LabEvent } from '../lab/run/events';

const NOT_HERE = 'apply: no run trains here; start or continue one, then apply the change';
const TOO_LATE =
  'apply: the run stopped before its next step and did not change; apply it again when the run continues';

export class PageChanges {
  /** Queue of the run. It stays when the run continues on another device. */
  readonly queue = new ChangeQueue();
  /** Recipe of the run so far; null while no run trains. */
  private recipe: Recipe | null = null;
  private at: Boundary = { stage: 'sft', step: 0 };

  /** Follows a run from its start or a checkpoint. */
  begin(recipe: Recipe, at: Boundary = { stage: 'sft', step: 0 }): void {
    this.recipe = recipe;
    this.at = at;
  }

  follow(event: LabEvent): void {
    if (event.type === 'sft' || event.type === 'grpo') this.at = { stage: event.type, step: event.step };
    if (event.type !== 'apply' || !this.recipe) return;
    const values = Object.entries(event.fields).map(([field, { to }]) => [field, to]);
    this.recipe = withFields(this.recipe, Object.fromEntries(values));
  }

  /**
   * Hands a change to the run, which applies it before its next step. Checks the fields at once, also while the run is paused.
   * @throws naming each field that the run refuses, or if the run stops before its next step
   */
  async apply(fields: Fields): Promise<ApplyEvent> {
    if (!this.recipe) throw new Error(NOT_HERE);
    changedRecipe(this.recipe, fields, this.at);
    return this.queue.add(fields);
  }

  /** Refuses what waits: the run has ended. */
  end(): void {
    this.recipe = null;
    this.queue.close(new Error(TOO_LATE));
  }
}
