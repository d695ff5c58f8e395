/**
 * Lock files: one process at a time writes into a place. The file has the id of its process and the name of its machine; its
 * time is the process's last sign of life. Only Node reaches this file.
 */

import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { excerpt } from '../quote';
import type { Claim, Holder, Ownership } from './owner';
import { RUN_LOCK } from './paths';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

/** Lock files of this process, and what to do if another process takes one over. */
const held = new Map<string, () => void>();

/** Attempts to take a lock while other processes take and release it. */
const ATTEMPTS = 100;
const HEARTBEAT_MS = 10_000;
/** A process of another machine without a sign of life for so long has ended. */
const SILENT_MS = 600_000;

const ownText = (): string => `${process.pid}\n${os.hostname()}\n`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH'; // EPERM: the process belongs to another user
  }
}

/** Content and time of a lock file; null if there is none. */
function readLock(lock: string): { text: string; seen: number } | null {
  try {
    return { text: readFileSync(lock, 'utf8'), seen: statSync(lock).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Process and machine of a lock. Earlier versions wrote the process only. */
function parsed(text: string): { pid: number; host: string | null } | null {
  const [, pid, host] = /^([1-9]\d{0,15})(?:\n([^\n]+)\n)?$/.exec(text) ?? [];
  return pid === undefined ? null : { pid: Number(pid), host: host ?? null };
}

/** True if the process that wrote the lock has ended. An empty lock counts as alive: its process may not have written yet. */
function isStale({ text, seen }: { text: string; seen: number }): boolean {
  const by = parsed(text);
  if (!by) return false;
  if (by.host !== null && by.host !== os.hostname()) return Date.now() - seen > SILENT_MS;
  return by.pid === process.pid || !isAlive(by.pid); // an earlier process may have had this id
}

/** Removes a stale lock, unless another process has replaced it. */
function removeStale(lock: string, text: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside);
  else renameSync(aside, lock);
}

/** Creates the file, which must not exist. */
function write(lock: string): void {
  const descriptor = openSync(lock, 'wx');
  try {
    writeFileSync(descriptor, ownText());
  } catch (error) {
    rmSync(lock); // a full disk may take an empty file
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Gives each held lock a sign of life, and notices those that another process took over. */
function beat(): void {
  for (const [lock, onLost] of held)
    try {
      if (readFileSync(lock, 'utf8') === ownText()) utimesSync(lock, new Date(), new Date());
      else {
        held.delete(lock);
        onLost();
      }
    } catch {
      // a folder that is gone for a moment; the next beat looks again
    }
}

/** Beats while this process holds a lock. */
function startHeartbeat(): void {
  const timer = setInterval(() => {
    beat();
    if (held.size === 0) clearInterval(timer);
  }, HEARTBEAT_MS);
  timer.unref();
}

/** Who holds a lock, not this process; null if nobody does. */
export function lockHolder(lock: string): Holder | null {
  const found = held.has(lock) ? null : readLock(lock);
  if (!found || isStale(found)) return null;
  const by = parsed(found.text);
  const name = by ? `process ${by.pid}` : found.text === '' ? '' : `process ${excerpt(found.text.trim())}`;
  const host = by?.host && by.host !== os.hostname() ? ` on ${excerpt(by.host)}` : '';
  return { who: `${name}${host}`, seen: new Date(found.seen).toISOString() };
}

/**
 * Takes a lock until `releaseLock` or the end of the process. A process may take its own lock again.
 * @returns who holds it; null if this process does now
 * @throws an error of the operating system if the file cannot be written
 */
export function takeLock(lock: string, onLost: () => void = () => {}): Holder | null {
  for (let i = 0; !held.has(lock); i++) {
    const holder = lockHolder(lock);
    if (holder) return holder;
    try {
      const stale = readLock(lock);
      if (stale && isStale(stale)) removeStale(lock, stale.text);
      write(lock);
      held.set(lock, onLost);
      if (held.size === 1) startHeartbeat();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || i >= ATTEMPTS) throw error;
    }
  }
  return null;
}

export function releaseLock(lock: string): void {
  if (held.delete(lock)) rmSync(lock, { force: true });
}

/** Releases all locks of this process. */
export function releaseLocks(): void {
  for (const lock of held.keys())
    try {
      releaseLock(lock);
    } catch {
      // the next process takes over a lock that remains
    }
}

process.on('exit', releaseLocks);

/** Ownership of the runs in a folder. `claim('')` takes the folder itself. */
export function nodeOwnership(folder: string): Ownership {
  const lockOf = (run: string) => path.join(folder, run, RUN_LOCK);
  return {
    async claim(run): Promise<Claim> {
      const lost = new AbortController();
      const holder = takeLock(lockOf(run), () => lost.abort());
      if (holder) return { owner: null, holder };
      return { owner: { lost: lost.signal, release: async () => releaseLock(lockOf(run)) }, holder: null };
    },
    holderOf: async (run) => lockHolder(lockOf(run)),
  };
}
