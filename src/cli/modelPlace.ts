/** Models as options name them: a model folder, a run, or a checkpoint of a run (`runs/a@grpo-20`). */
import path from 'node:path';
import { checkpointOf } from '../lab/stored/forked';
import { type CheckpointInfo, listCheckpoints, verifyCheckpoint } from '../runs/checkpoints';
import { messageOf } from '../runs/files';
import { nodeFiles } from '../runs/nodeFiles';
import { shownPath } from './fileFault';
import { InputError, inputAsync } from './input';
import { isStoredRun, runAndCheckpoint } from './runPlace';

export interface ModelPlace {
  /** As the user named it. */
  readonly given: string;
  /** Folder with the files of the model. */
  readonly folder: string;
  /** Folders into which no result may be written. */
  readonly folders: readonly string[];
}

/** The newest checkpoint without damage; damaged ones are named on standard error. @throws InputError without one */
async function newestWhole(run: string): Promise<CheckpointInfo> {
  const files = nodeFiles(run);
  const { checkpoints, faults } = await listCheckpoints(files);
  const damaged = faults.map(({ file, what }) => `${file}: ${what}`);
  for (const info of checkpoints)
    try {
      await verifyCheckpoint(files, info);
      for (const fault of damaged) console.error(`note: ${path.join(run, fault)}; ${info.name} is used`);
      return info;
    } catch (error) {
      damaged.push(messageOf(error));
    }
  const why = damaged.length > 0 ? `: ${damaged.join('; ')}` : ' yet';
  throw new InputError(`${shownPath(run)} has no good checkpoint${why}; use another model`);
}

/** Finds the folder of a model. The model of a run is its newest good checkpoint. @throws InputError naming what is missing */
export async function modelPlace(given: string): Promise<ModelPlace> {
  const { run, checkpoint } = runAndCheckpoint(given);
  if (!isStoredRun(run)) return { given, folder: given, folders: [given] };
  const { folder } =
    checkpoint === null
      ? await newestWhole(run)
      : (await inputAsync(() => checkpointOf(nodeFiles(run), checkpoint))).info;
  return { given, folder: path.join(run, folder), folders: [run, path.join(run, folder)] };
}
