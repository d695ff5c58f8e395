/** A worker that runs the contract of files in the browser's private files, and tries the locks of a run. */
import { contracts } from '../src/runs/contract.fixture';
import { StorageFullError } from '../src/runs/files';
import { webOwnership } from '../src/runs/owner';
import { privateFiles } from '../src/runs/privateFiles';

export interface RunsRequest {
  /** False hides the sync access handles, so that the worker writes as a page does. */
  readonly sync: boolean;
  /** False hides `move`, so that files are copied. */
  readonly move: boolean;
}

/** Asks for writes, which a test lets fail by its quota. */
export interface WritesRequest {
  /** Bytes of each write. */
  readonly writes: number;
}

export interface RunsReport {
  readonly results: Readonly<Record<string, string | null>>;
  readonly locks: readonly string[];
}

async function tryLocks(): Promise<string[]> {
  const files = privateFiles(await navigator.storage.getDirectory());
  const [one, other] = [webOwnership(files, 'tab one'), webOwnership(files, 'tab two')];
  const name = `lock-${Math.random()}`;
  const lines: string[] = [];
  const { owner } = await one.claim(name);
  lines.push(owner ? 'one owns' : 'one is refused');
  lines.push(`two: ${(await other.claim(name)).holder?.who}`, `held by ${(await other.holderOf(name))?.who}`);
  await owner?.release();
  lines.push(`held by ${(await other.holderOf(name))?.who ?? 'nobody'}`);
  lines.push((await other.claim(name)).owner ? 'two owns' : 'two is refused');
  return lines;
}

/** Appends to a file and writes one in a new folder. @returns the name of each error, or "written", and the appended file */
async function tryWrites(bytes: number): Promise<string[]> {
  const files = privateFiles(await navigator.storage.getDirectory());
  const size = (await files.size('grows')) ?? 0;
  const content = new Uint8Array(bytes).fill(7);
  const outcome = (write: Promise<void>) =>
    write.then(
      () => 'written',
      (error: unknown) => (error instanceof StorageFullError ? 'full' : String(error)),
    );
  const appended = await outcome(files.append('grows', size, content));
  const written = await outcome(files.write(`folder-${Math.random()}/file`, content));
  const grown = (await files.read('grows')) ?? new Uint8Array();
  return [appended, written, `${grown.length} bytes${grown.every((byte) => byte === 7) ? '' : ', damaged'}`];
}

self.onmessage = async ({ data }: MessageEvent<RunsRequest | WritesRequest>) => {
  if ('writes' in data) return self.postMessage(await tryWrites(data.writes));
  const { sync, move } = data;
  const prototype = FileSystemFileHandle.prototype as unknown as Record<string, unknown>;
  if (!sync) prototype.createSyncAccessHandle = undefined;
  if (!move) prototype.move = undefined;
  const root = await navigator.storage.getDirectory();
  const results: Record<string, string | null> = {};
  for (const [i, { name, check }] of contracts.entries()) {
    const folder = await root.getDirectoryHandle(`contract-${sync}-${move}-${i}`, { create: true });
    results[name] = await check(privateFiles(folder)).then(
      () => null,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
  }
  self.postMessage({ results, locks: await tryLocks() } satisfies RunsReport);
};
