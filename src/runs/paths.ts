/** Names and paths within the folder of a run. */

/** Marks a folder as complete. */
export const MANIFEST = 'manifest.json';
/** Ending of a file that is being written. */
export const PARTIAL = '.partial';
/** Lock file, or note of the owner, in the folder of a run. */
export const RUN_LOCK = 'run.lock';

export const joinPath = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');

/** Parts of a relative path. @throws if the path leaves its folder */
export function pathParts(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  if (path.startsWith('/') || parts.some((part) => part === '.' || part === '..' || part.includes('\\')))
    throw new Error(`${path} is no path inside the folder; use names with / between them`);
  return parts;
}
