/** Folder of all runs in the browser's private file system, and the owners of the runs. */
import { bytesIn, type Files, filesWithin, messageOf, type StorageFullError } from '../runs/files';
import { type Ownership, webOwnership } from '../runs/owner';
import { privateFiles } from '../runs/privateFiles';

export const RUNS = 'runs';

export interface RunsPlace {
  /** Folder of all runs: one folder each, by name. */
  readonly files: Files;
  readonly ownership: Ownership;
}

/** Place of an owned run among the others, and the signal that it was taken over. */
export interface OwnedPlace {
  readonly place: RunsPlace;
  readonly name: string;
  readonly lost: AbortSignal;
}

/** Opens the folder of all runs. @throws with the reason if the browser gives this page no storage */
export async function openPlace(): Promise<RunsPlace> {
  if (typeof navigator.storage?.getDirectory !== 'function') throw new Error('this browser has no private files');
  if (!navigator.locks) throw new Error('this browser has no locks');
  let folder: FileSystemDirectoryHandle;
  try {
    const root = await navigator.storage.getDirectory();
    folder = await root.getDirectoryHandle(RUNS, { create: true });
  } catch (error) {
    throw new Error(`the browser refuses private files: ${messageOf(error)}`);
  }
  const files = privateFiles(folder);
  return { files, ownership: webOwnership(files, 'another tab') };
}

/** Largest runs in a folder, without one of them. A name with a dot in front is a file that an import or export is writing. */
export async function largestRuns(files: Files, except: string, count = 3): Promise<{ name: string; bytes: number }[]> {
  const runs: { name: string; bytes: number }[] = [];
  for (const { name, isFolder } of await files.list(''))
    if (isFolder && name !== except && !name.startsWith('.'))
      runs.push({ name, bytes: await bytesIn(filesWithin(files, name)) });
  return runs.sort((a, b) => b.bytes - a.bytes).slice(0, count);
}

/** Time between two looks at the storage, ms. */
const LOOK_MS = 2000;

/** Waits until the storage has room for a write that failed: something was deleted. */
export async function waitForRoom({ bytes }: StorageFullError, signal: AbortSignal): Promise<void> {
  const free = async () => {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return quota - usage;
  };
  const before = await free();
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if ((await free()) > Math.max(before, bytes)) return;
  }
}

const two = (x: number): string => String(x).padStart(2, '0');

/** Name of a new run: recipe, local date and time, such as `parity-8-nano-2026-11-27-203412`. */
export function runName(recipe: string, now: Date): string {
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('');
  return `${recipe}-${date}-${time}`;
}
