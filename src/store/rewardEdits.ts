/**
 * Edited rewards: two sets of changes, A and B, to the reward of the run on screen. The run does not change until they are applied.
 * A set keeps what a person typed also where it is invalid; `editedRecipe` then gives the faults.
 */
import { createStore } from 'zustand/vanilla';
import { changedFields } from '../lab/recipe/changedFields';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import type { ApplyEvent } from '../lab/run/events';
import { recipeAt } from '../lab/run/workedOut';
import { messageOf } from '../runs/files';
import { SchemaError } from '../validation';
import { valueAt } from '../valueAt';
import { applyChange } from './control';
import { type LabState, lab } from './lab';
import type { RewardChanges, RewardChoice, Slot } from './rewardChoice';

/** Change that was handed to the run. */
export type Applied =
  | { readonly state: 'waiting' }
  | { readonly state: 'applied'; readonly event: ApplyEvent }
  | { readonly state: 'refused'; readonly message: string };

/** Last change that was handed to the run; null before, and after another edit. */
export const applied = createStore<{ readonly last: Applied | null }>(() => ({ last: null }));

const get = (): RewardChoice => lab.getState().reward;

function set(changes: Partial<RewardChoice>): void {
  lab.setState(({ reward }) => ({ reward: { ...reward, ...changes } }));
}

/** Sets changes of the shown set. */
function edit(changes: RewardChanges): void {
  set({ [get().slot]: changes });
  applied.setState({ last: null });
}

/**
 * Recipe that the edits start from: that of the run on screen with its changes so far, or of the next run if there is none. A
 * recording gives way to the recipe of an opened link.
 */
export function baseRecipe({
  source,
  run,
  draft,
  reward,
}: Pick<LabState, 'source' | 'run' | 'draft' | 'reward'>): Recipe {
  if (source === 'replay' && reward.base) return reward.base;
  return run.start ? recipeAt(run.start.recipe, run.changes, Number.POSITIVE_INFINITY) : draft;
}

export type Edited =
  | { readonly recipe: Recipe; readonly fields: readonly string[]; readonly faults: null }
  /** Faults by path of the field. */
  | { readonly recipe: null; readonly fields: readonly string[]; readonly faults: Readonly<Record<string, string>> };

/** Recipe with changes, or the faults of the fields that do not fit. */
export function editedRecipe(base: Recipe, changes: RewardChanges): Edited {
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
export const shownChanges = ({ slot, A, B }: Pick<RewardChoice, 'slot' | 'A' | 'B'>): RewardChanges =>
  slot === 'A' ? A : (B ?? A);

/** Sets fields by path. One that has the value of the run again is no change. */
export function editReward(changes: RewardChanges): void {
  const base = baseRecipe(lab.getState());
  const all = Object.entries({ ...shownChanges(get()), ...changes });
  edit(Object.fromEntries(all.filter(([path, value]) => valueAt(base, path) !== value)));
}

/** Gives fields the values of the run again. */
export function resetReward(paths: readonly string[]): void {
  edit(Object.fromEntries(Object.entries(shownChanges(get())).filter(([path]) => !paths.includes(path))));
}

export const resetSlot = (): void => edit({});

/** Shows a set; B begins as a copy of A. */
export const chooseSlot = (slot: Slot): void => set({ slot, ...(slot === 'B' && { B: get().B ?? get().A }) });

/** Copies the shown set over the other one. */
export const copyToOther = (): void => set(get().slot === 'A' ? { B: get().A } : { A: shownChanges(get()) });

/** Drops B and shows A. */
export const dropB = (): void => set({ slot: 'A', B: null });

/** Goes back from the recipe of a link to that of the recording. The changes stay. */
export const leaveLink = (): void => set({ base: null });

/** Hands the shown changes to the run that trains here. The result is in `applied`. */
export async function applyReward(): Promise<void> {
  const edited = editedRecipe(baseRecipe(lab.getState()), shownChanges(get()));
  if (!edited.recipe || edited.fields.length === 0) return;
  const values = edited.fields.map((path) => [path, valueAt(edited.recipe, path)]);
  const waiting: Applied = { state: 'waiting' };
  applied.setState({ last: waiting });
  const last = await applyChange(Object.fromEntries(values)).then(
    (event): Applied => ({ state: 'applied', event }),
    (error: Error): Applied => ({ state: 'refused', message: error.message }),
  );
  // an edit since then has its own answer
  if (applied.getState().last === waiting) applied.setState({ last });
}
