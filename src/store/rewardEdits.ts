/**
 * Edited rewards: two sets of changes, A and B, to the reward of the run on screen. The run does not change until they are applied.
 * A set keeps what a person typed also where it is invalid; `editedRecipe` then gives the faults.
 */
import { createStore } from 'zustand/vanilla';
import { changedFields } from '../lab/recipe/changedFields';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import type { Fields } from '../lab/run/changes';
import type { ApplyEvent } from '../lab/run/events';
import { recipeAt } from '../lab/run/workedOut';
import { messageOf } from '../runs/files';
import { SchemaError } from '../validation';
import { valueAt } from '../valueAt';
import { applyChange } from './control';
import { type LabState, lab } from './lab';

export type Slot = 'A' | 'B';

/** Change that was handed to the run. */
export type Applied =
  | { readonly state: 'waiting' }
  | { readonly state: 'applied'; readonly event: ApplyEvent }
  | { readonly state: 'refused'; readonly message: string };

export interface RewardEdits {
  /** Set that the screen edits. */
  readonly slot: Slot;
  readonly A: Fields;
  /** Null until it is made from A. */
  readonly B: Fields | null;
  /** Last change that was handed to the run; null before. */
  readonly applied: Applied | null;
}

export const rewardEdits = createStore<RewardEdits>(() => ({ slot: 'A', A: {}, B: null, applied: null }));
const { getState: get, setState: set } = rewardEdits;

/** Recipe of the run on screen with its changes so far; the recipe of the next run if there is none. */
export const recipeOnScreen = ({ run, draft }: Pick<LabState, 'run' | 'draft'>): Recipe =>
  run.start ? recipeAt(run.start.recipe, run.changes, Number.POSITIVE_INFINITY) : draft;

export type Edited =
  | { readonly recipe: Recipe; readonly fields: readonly string[]; readonly faults: null }
  /** Faults by path of the field. */
  | { readonly recipe: null; readonly fields: readonly string[]; readonly faults: Readonly<Record<string, string>> };

/** Recipe with changes, or the faults of the fields that do not fit. */
export function editedRecipe(base: Recipe, changes: Fields): Edited {
  try {
    const recipe = withFields(base, changes);
    return { recipe, fields: changedFields(base, recipe), faults: null };
  } catch (error) {
    const faults =
      error instanceof SchemaError
        ? Object.fromEntries(error.faults.map(({ path, message }) => [path, message]))
        : { reward: messageOf(error) };
    return { recipe: null, fields: Object.keys(changes), faults };
  }
}

/** Changes of the set that the screen edits. */
export const shownChanges = ({ slot, A, B }: Pick<RewardEdits, 'slot' | 'A' | 'B'>): Fields =>
  slot === 'A' ? A : (B ?? A);

/** Sets fields by path. One that has the value of the run again is no change. */
export function editReward(changes: Fields): void {
  const base = recipeOnScreen(lab.getState());
  const state = get();
  const all = Object.entries({ ...shownChanges(state), ...changes });
  const left = all.filter(([path, value]) => valueAt(base, path) !== value);
  set({ [state.slot]: Object.fromEntries(left), applied: null });
}

/** Gives fields the values of the run again. */
export function resetReward(paths: readonly string[]): void {
  const state = get();
  const left = Object.entries(shownChanges(state)).filter(([path]) => !paths.includes(path));
  set({ [state.slot]: Object.fromEntries(left), applied: null });
}

export const resetSlot = (): void => set(({ slot }) => ({ [slot]: {}, applied: null }));

/** Shows a set; B begins as a copy of A. */
export const chooseSlot = (slot: Slot): void => set(({ A, B }) => ({ slot, B: slot === 'B' ? (B ?? A) : B }));

/** Copies the shown set over the other one. */
export const copyToOther = (): void =>
  set((state) => (state.slot === 'A' ? { B: state.A } : { A: shownChanges(state) }));

/** Drops B and shows A. */
export const dropB = (): void => set({ slot: 'A', B: null });

/** Hands the shown changes to the run that trains here. The result is in `applied`. */
export async function applyReward(): Promise<void> {
  const base = recipeOnScreen(lab.getState());
  const edited = editedRecipe(base, shownChanges(get()));
  if (!edited.recipe || edited.fields.length === 0) return;
  const values = edited.fields.map((path) => [path, valueAt(edited.recipe, path)]);
  const waiting: Applied = { state: 'waiting' };
  set({ applied: waiting });
  const applied = await applyChange(Object.fromEntries(values)).then(
    (event): Applied => ({ state: 'applied', event }),
    (error: Error): Applied => ({ state: 'refused', message: error.message }),
  );
  // an edit since then has its own answer
  if (get().applied === waiting) set({ applied });
}
