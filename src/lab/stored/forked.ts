/** Fork of a stored run: a checkpoint of one run becomes the start of a new one with another recipe. */

import { quote } from '../../quote';
import {
  type CheckpointInfo,
  type CheckpointPart,
  listCheckpoints,
  newestGood,
  readCheckpoint,
} from '../../runs/checkpoints';
import { type Fault, type Files, faultText } from '../../runs/files';
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

export interface FoundCheckpoint extends StoredAt {
  /** Damaged checkpoints that were skipped on the way to the newest good one. */
  readonly faults: readonly Fault[];
}

const missing = ({ where }: Files, words: readonly string[], faults: readonly Fault[]): Error =>
  new Error(`${where}: ${[...words, ...faults.map(faultText)].join('; ')}`);

const parsed = (stored: Parameters<typeof parseCheckpoint>[0], info: CheckpointInfo, { where }: Files): StoredAt => ({
  info,
  checkpoint: parseCheckpoint(stored, `${where}: ${info.folder}`),
});

/**
 * Reads a checkpoint by name; without a name, the newest good one.
 * @param part tensors to read of a named checkpoint
 * @throws naming the checkpoints that there are, or the file that is damaged
 */
export async function checkpointOf(
  files: Files,
  name: string | null,
  part: CheckpointPart = 'all',
): Promise<FoundCheckpoint> {
  if (name === null) {
    const { info, checkpoint, faults } = await newestGood(files);
    if (!info || !checkpoint)
      throw missing(files, [faults.length > 0 ? 'there is no good checkpoint' : 'there is no checkpoint'], faults);
    return { ...parsed(checkpoint, info, files), faults };
  }
  const { checkpoints, faults } = await listCheckpoints(files);
  const info = checkpoints.find((one) => one.name === name);
  if (!info) {
    const names = checkpoints.map((one) => one.name);
    const use = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    throw missing(files, [`there is no checkpoint ${quote(name)}`, use], faults);
  }
  return { ...parsed(await readCheckpoint(files, info, part), info, files), faults: [] };
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
