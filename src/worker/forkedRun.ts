/** Fork of a stored run in the worker: reads the checkpoint and checks the changes of its recipe. */
import { withFields } from '../lab/recipe/recipe';
import type { Fields } from '../lab/run/changes';
import type { Checkpoint } from '../lab/run/checkpoint';
import { forkCheckpoint } from '../lab/run/fork';
import { checkpointOf, type Parent } from '../lab/stored/forked';
import { filesWithin } from '../runs/files';
import type { RunsPlace } from './place';

/** Fork that the page asks for. */
export interface AskedFork {
  /** Name of the stored run. */
  readonly run: string;
  /** Name of its checkpoint, such as `grpo-20`. */
  readonly checkpoint: string;
  /** Changes of the recipe by path. */
  readonly fields: Fields;
  /** Title of the new run. */
  readonly title: string;
}

/** Start of a new run from a checkpoint of another. */
export interface ForkStart {
  readonly start: Checkpoint;
  readonly parent: Parent;
  readonly title: string;
}

/** @throws naming each field that cannot change there, or the checkpoint that is missing or damaged */
export async function forkStart(
  { files }: Pick<RunsPlace, 'files'>,
  { run, checkpoint: name, fields, title }: AskedFork,
): Promise<ForkStart> {
  const { checkpoint } = await checkpointOf(filesWithin(files, run), name);
  const { stage, step, recipe } = checkpoint;
  const fork = forkCheckpoint(checkpoint, withFields(recipe, fields));
  return { start: fork.checkpoint, parent: { run, stage, step }, title };
}
