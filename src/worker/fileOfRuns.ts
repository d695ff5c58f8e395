/** A stored file as the browser's File, which lies on disk. */
import { pathParts } from '../runs/paths';
import { RUNS } from './place';

/** @param path within the folder of all runs */
export async function fileOfRuns(path: string): Promise<File> {
  const parts = [RUNS, ...pathParts(path)];
  let folder = await navigator.storage.getDirectory();
  for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part);
  return (await folder.getFileHandle(parts.at(-1)!)).getFile();
}
