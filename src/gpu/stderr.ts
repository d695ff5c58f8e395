/**
 * Captures what native code writes to stderr. Dawn writes there during its search for an adapter, past the streams of Node.
 * Node only.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import koffi from 'koffi';

const STDERR = 2;

/** Descriptor calls of the C library; null on Windows, where native code has its own descriptors. */
function descriptors(): { dup(fd: number): number; dup2(from: number, to: number): number } | null {
  if (process.platform === 'win32') return null;
  const libc = koffi.load(null);
  return { dup: libc.func('int dup(int)'), dup2: libc.func('int dup2(int, int)') };
}

/**
 * Runs `action` with stderr's descriptor on a file, then restores it.
 * @returns the result of `action`, and the text written to stderr meanwhile
 */
export async function withStderrHeld<T>(action: () => Promise<T>): Promise<{ result: T; text: string }> {
  const calls = descriptors();
  if (!calls) return { result: await action(), text: '' };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'groupthink-stderr-'));
  try {
    const file = path.join(folder, 'held');
    const held = openSync(file, 'w');
    const own = calls.dup(STDERR);
    if (own >= 0) calls.dup2(held, STDERR);
    closeSync(held);
    try {
      return { result: await action(), text: own >= 0 ? readFileSync(file, 'utf8') : '' };
    } finally {
      if (own >= 0) {
        calls.dup2(own, STDERR);
        closeSync(own);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
