/** Fork of a stored run: a checkpoint of one run becomes the start of a new one with another recipe. */

import { quote } from '../../quote';
import { type CheckpointInfo, listCheckpoints, readCheckpoint } from '../../runs/checkpoints';
import { type Files, faultText } from '../../runs/files';
import { newMeta } from '../../runs/meta';
import { RunFolder } from '../../runs/runFolder';
import { LAB_VERSION } from '../../version';
import type { Recipe } from '../recipe/recipe';
import { type Checkpoint, parseCheckpoint } from '../run/checkpoint';

/** A checkpoint of a stored run, with its place. */
export interface StoredAt {
  readonly info: CheckpointInfo;
  readonly checkpoint: Checkpoint;
}

/**
 * Reads a checkpoint by name; without a name, the newest.
 * @throws naming the checkpoints that there are, or the file that is damaged
 */
export async function checkpointOf(files: Files, name: string | null): Promise<StoredAt> {
  const { checkpoints, faults } = await listCheckpoints(files);
  const info = name === null ? checkpoints[0] : checkpoints.find((one) => one.name === name);
  if (!info) {
    const names = checkpoints.map((one) => one.name);
    const damaged = faults.map(faultText);
    const use = name === null ? [] : [names.length > 0 ? `it has ${names.join(', ')}` : 'it has none'];
    const missing = name === null ? 'there is no checkpoint' : `there is no checkpoint ${quote(name)}`;
    throw new Error(`${files.where}: ${[missing, ...use, ...damaged].join('; ')}`);
  }
  return { info, checkpoint: parseCheckpoint(await readCheckpoint(files, info), `${files.where}: ${info.folder}`) };
}

/** Run that a fork comes from. */
export interface Parent {
  /** Name or path of the run. */
  readonly run: string;
  readonly stage: string;
  readonly step: number;
}

/**
 * Creates the run of a fork, with the checkpoint as its start.
 * @param start from `forkCheckpoint`
 */
export async function createFork(
  files: Files,
  start: Checkpoint,
  parent: Parent,
  { adapter, title = '' }: { readonly adapter: string; readonly title?: string },
): Promise<{ readonly folder: RunFolder; readonly from: StoredAt }> {
  const { run, stage, step } = parent;
  const folder = await createStored(files, start.recipe, { adapter, title, parent: { run, stage, step } });
  const info = await folder.save(start, { isStageEnd: true, accuracy: null });
  return { folder, from: { info, checkpoint: start } };
}

/** Creates a new run. @throws if the folder has files */
export const createStored = (
  files: Files,
  recipe: Recipe,
  meta: { readonly adapter: string; readonly title?: string; readonly parent?: Parent },
): Promise<RunFolder> => RunFolder.create(files, recipe, newMeta({ labVersion: LAB_VERSION, ...meta }));
