/** Fork of the stored run on screen, with the edited reward. */
import { valueAt } from '../valueAt';
import { forkRun } from './control';
import { lab } from './lab';
import { library } from './library';
import { ask } from './question';
import { baseRecipe, editedRecipe, shownChanges } from './rewardEdits';
import { runAtStake } from './start';

/** Checkpoint that a fork may begin with. */
export interface ForkPlace {
  /** Name such as `grpo-20`. */
  readonly name: string;
  readonly stage: string;
  readonly step: number;
}

/** Checkpoints of a stored run, the newest first. */
export const forkPlaces = (run: string): Promise<readonly ForkPlace[]> =>
  library((commands) => commands.checkpoints(run));

/**
 * Trains a fork of the run on screen from a checkpoint with the shown edits, or with its own reward where there are none. Asks
 * first if that ends a training.
 * @returns false if the user kept the training
 * @throws naming each field that the fork cannot change
 */
export async function forkOnScreen({ name, stage, step }: ForkPlace): Promise<boolean> {
  const state = lab.getState();
  const { runName: run } = state;
  const base = baseRecipe(state);
  const edited = editedRecipe(base, shownChanges(state.reward));
  if (run === null || !edited.recipe) return false;
  const atStake = runAtStake(state);
  const title = `Fork “${base.title}” from ${stage.toUpperCase()} step ${step}?`;
  if (atStake && !(await ask({ title, reasons: [atStake], confirm: 'Fork and train' }))) return false;
  const fields = Object.fromEntries(edited.fields.map((path) => [path, valueAt(edited.recipe, path)]));
  await forkRun({ run, checkpoint: name, fields, title: `${base.title}, fork from ${stage}-${step}`.slice(0, 200) });
  return true;
}
