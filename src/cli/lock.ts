/** Locks of places that commands write into, with messages for the terminal. The lock files are in runs/nodeLock.ts. */
import { lockHolder, releaseLocks, takeLock } from '../runs/nodeLock';
import type { Holder } from '../runs/owner';
import { fileFault, shownPath } from './fileFault';
import { InputError } from './input';

/** Error about a place that another process holds. @param what a file or a folder */
export const refusal = (
  { who }: Holder,
  lock: string,
  place: string,
  what: 'file' | 'folder',
  option = '--out',
): InputError =>
  new InputError(
    `${option}: another run${who && ` (${who})`} writes into ${shownPath(place)}; wait for it, or choose another ${what}. If no run does, delete ${shownPath(lock)}`,
  );

/** @throws InputError if another process holds the lock, which does not change */
export function checkUnlocked(lock: string, place: string, what: 'file' | 'folder'): void {
  const holder = lockHolder(lock);
  if (holder) throw refusal(holder, lock, place, what);
}

/**
 * Takes the lock of a file until the end of the command. A process may take its own lock again.
 * @throws InputError if another process holds it, or its file cannot be written
 */
export function lockFor(lock: string, place: string): void {
  checkUnlocked(lock, place, 'file');
  let holder: Holder | null;
  try {
    holder = takeLock(lock);
  } catch (error) {
    throw new InputError(`--out: ${shownPath(place)} cannot be written: ${fileFault(error)}; choose another place`);
  }
  if (holder) throw refusal(holder, lock, place, 'file');
}

export { releaseLocks as unlockAll };
