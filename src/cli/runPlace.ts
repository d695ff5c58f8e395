/** Folders of runs as options name them: a new one for `--out`, a stored one with or without a checkpoint, and their locks. */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { MODEL_FILES } from '../formats/model';
import { CHECKPOINTS } from '../runs/checkpoints';
import { EVENTS } from '../runs/journal';
import { nodeOwnership } from '../runs/nodeLock';
import type { Owner } from '../runs/owner';
import { MANIFEST, PARTIAL, RUN_LOCK } from '../runs/paths';
import { META, RECIPE, SUMMARY } from '../runs/runFolder';
import { errorCode, fileFault, shownPath } from './fileFault';
import { makeFolder } from './files';
import { InputError, input } from './input';
import { checkUnlocked, refusal } from './lock';

/** Files of a run, of this version or an earlier one. */
const OF_RUN = new Set<string>([RECIPE, META, SUMMARY, MANIFEST, EVENTS, CHECKPOINTS, ...MODEL_FILES]);
/** Files that a run leaves if it dies before its first file is whole. */
const LEFT = [RUN_LOCK, `${RECIPE}${PARTIAL}`];

export const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Checks that `--out` can take a new run. Nothing is replaced.
 * @throws InputError if the folder has files, or another process holds it
 */
export function checkNewRun(out: string): void {
  if (!existsSync(out)) return;
  const shown = shownPath(out);
  if (!isFolder(out)) throw new InputError(`--out: ${shown} is a file; choose a folder`);
  checkUnlocked(path.join(out, RUN_LOCK), out, 'folder');
  const files = input(() => readdirSync(out)).filter((file) => !LEFT.includes(file));
  const other = files.find((file) => !OF_RUN.has(file.replace(new RegExp(`\\${PARTIAL}$`), '')));
  if (other !== undefined)
    throw new InputError(`--out: ${shown} holds ${other}, which no run writes; choose an empty folder`);
  if (files.length > 0)
    throw new InputError(
      `--out: ${shown} holds a run already; continue it with train --resume ${shown}, or choose another folder`,
    );
}

/** Folder of a new run, owned by this process. */
export interface NewPlace {
  readonly owner: Owner;
  /** Removes the folder, if the run could not be created in it. */
  discard(): Promise<void>;
}

/** Makes the folder of a new run and takes it. @throws InputError with the cause; nothing changes then */
export async function takeNewRun(out: string): Promise<NewPlace> {
  checkNewRun(out);
  const isNew = !existsSync(out);
  makeFolder(out);
  const owner = await takeRun(out, '--out');
  rmSync(path.join(out, `${RECIPE}${PARTIAL}`), { force: true });
  return {
    owner,
    async discard() {
      try {
        await owner.release();
        if (isNew) rmdirSync(out);
      } catch (error) {
        if (errorCode(error) === undefined) throw error; // a folder that is not empty stays
      }
    },
  };
}

/** Takes a run for writing. @throws InputError naming the process that holds it */
export async function takeRun(folder: string, option: string): Promise<Owner> {
  try {
    const { owner, holder } = await nodeOwnership(folder).claim('');
    if (holder) throw refusal(holder, path.join(folder, RUN_LOCK), folder, 'folder', option);
    return owner;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${option}: ${shownPath(folder)} cannot be written: ${fileFault(error)}; choose another place`,
    );
  }
}

/** True for a folder with a run of this version. */
export const isStoredRun = (folder: string): boolean =>
  [META, CHECKPOINTS].some((name) => existsSync(path.join(folder, name)));

/** @throws InputError unless the folder has files of a run */
export function checkStoredRun(folder: string, option: string): void {
  if (!existsSync(folder)) throw new InputError(`${option}: there is no folder ${shownPath(folder)}`);
  if (!isFolder(folder)) throw new InputError(`${option}: ${shownPath(folder)} is a file; give the folder of a run`);
  const journals = [EVENTS, `${EVENTS}${PARTIAL}`, RECIPE];
  if (!isStoredRun(folder) && !journals.some((name) => existsSync(path.join(folder, name))))
    throw new InputError(`${option}: ${shownPath(folder)} holds no run; give the folder of a run`);
}

/** Run, and the name of a checkpoint after an `@`; null without one. A folder whose own name has an `@` needs none. */
export function runAndCheckpoint(given: string): { readonly run: string; readonly checkpoint: string | null } {
  const [, run, checkpoint] = (!existsSync(given) && /^(.+)@([^@/\\]+)$/.exec(given)) || [];
  return run === undefined ? { run: given, checkpoint: null } : { run, checkpoint: checkpoint! };
}
