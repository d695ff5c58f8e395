/** Locks: one process at a time writes into a place. A lock is a file with the id of its process. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { excerpt } from '../quote';
import { errorCode, fileFault, shownPath } from './fileFault';
import { InputError } from './input';

/** Lock files of this process. */
const held = new Set<string>();

/** Attempts to take a lock while other processes take and release it. */
const ATTEMPTS = 100;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH'; // EPERM: the process belongs to another user
  }
}

/** Reads a lock file; null if there is none. */
function textOf(lock: string): string | null {
  try {
    return readFileSync(lock, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** True if the process that wrote the lock has ended. An empty lock counts as alive: its process may not have written its id yet. */
function isStale(text: string): boolean {
  if (!/^[1-9]\d*$/.test(text)) return false;
  const pid = Number(text);
  return pid === process.pid || !isAlive(pid); // an earlier process may have had this id
}

/** Removes a stale lock, unless another process has replaced it. */
function removeStale(lock: string, text: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside);
  else renameSync(aside, lock);
}

/** @throws InputError if another process holds the lock, which does not change */
export function checkUnlocked(lock: string, place: string, what: string): void {
  const text = held.has(lock) ? null : textOf(lock);
  if (text === null || isStale(text)) return;
  const who = text === '' ? '' : ` (process ${excerpt(text)})`;
  throw new InputError(
    `--out: another run${who} writes into ${shownPath(place)}; wait for it, or choose another ${what}. If no run does, delete ${shownPath(lock)}`,
  );
}

/** Creates the file, which must not exist. */
function write(lock: string): void {
  const descriptor = openSync(lock, 'wx');
  try {
    writeFileSync(descriptor, String(process.pid));
  } catch (error) {
    rmSync(lock); // a full disk may take an empty file
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Takes a lock until `unlock` or the end of the command. A process may take its own lock again.
 * @throws InputError if another process holds it, or its file cannot be written
 */
export function lockFor(lock: string, place: string, what: string): void {
  for (let i = 0; !held.has(lock); i++) {
    checkUnlocked(lock, place, what);
    try {
      const stale = textOf(lock);
      if (stale !== null && isStale(stale)) removeStale(lock, stale);
      write(lock);
      held.add(lock);
    } catch (error) {
      if (errorCode(error) === 'EEXIST' && i < ATTEMPTS) continue;
      throw new InputError(`--out: ${shownPath(place)} cannot be written: ${fileFault(error)}; choose another place`);
    }
  }
}

export function unlock(lock: string): void {
  if (held.delete(lock)) rmSync(lock, { force: true });
}

/** Releases all locks at the end of a command. */
export function unlockAll(): void {
  for (const lock of held)
    try {
      unlock(lock);
    } catch {
      // the next process takes over a lock that remains
    }
}

process.on('exit', unlockAll);
