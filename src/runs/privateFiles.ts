/**
 * Files of runs in the browser's private file system (OPFS). A worker writes through a sync access handle, which can flush;
 * a page without one writes through a writable stream, which replaces the file when it closes.
 */
import { type Entry, type Files, partsOf, StorageFullError, sizeOf } from './files';
import { joinPath, MANIFEST, PARTIAL, pathParts } from './paths';

interface SyncAccess {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
/** Methods that some browsers lack. */
interface Optional {
  createSyncAccessHandle?(): Promise<SyncAccess>;
  move?(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}
type FileHandle = FileSystemFileHandle & Optional;

const nameOf = (error: unknown): string => (error as DOMException | null)?.name ?? '';
const isMissing = (error: unknown): boolean => ['NotFoundError', 'TypeMismatchError'].includes(nameOf(error));
const isFull = (error: unknown): boolean => nameOf(error) === 'QuotaExceededError';
/** Another tab has the file open for a moment. */
const isBusy = (error: unknown): boolean => nameOf(error) === 'NoModificationAllowedError';

const BUSY_TRIES = 50;
const BUSY_WAIT_MS = 20;
/** Bytes of one part while copying. */
const PART = 4 << 20;

async function openSync(handle: FileHandle): Promise<SyncAccess | null> {
  if (typeof handle.createSyncAccessHandle !== 'function') return null;
  for (let i = 0; ; i++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if (nameOf(error) === 'InvalidStateError') return null; // not in a worker
      if (!isBusy(error) || i === BUSY_TRIES) throw error;
      await new Promise((done) => setTimeout(done, BUSY_WAIT_MS));
    }
  }
}

/** Chrome's number for a full storage, as the unsigned 32 bits that a private window returns instead of an error. */
const NO_SPACE = 2 ** 32 - 8;

/** Writes a part. @returns its bytes that were written, at least one @throws QuotaExceededError */
function writtenBy(access: SyncAccess, part: Uint8Array, at: number): number {
  const wrote = access.write(part, { at });
  if (wrote === 0 || wrote === NO_SPACE) throw new DOMException('nothing was written', 'QuotaExceededError');
  if (wrote > part.length) throw new Error(`the browser reports ${wrote} written bytes, of ${part.length}`);
  return wrote;
}

/** Writes at a byte, cuts off what follows, flushes. */
async function writeAt(handle: FileHandle, at: number, parts: AsyncIterable<Uint8Array>): Promise<void> {
  let offset = at;
  const access = await openSync(handle);
  if (access) {
    try {
      for await (const part of parts)
        for (let done = 0; done < part.length; ) {
          const wrote = writtenBy(access, part.subarray(done), offset);
          done += wrote;
          offset += wrote;
        }
      access.truncate(offset);
      access.flush();
    } finally {
      access.close();
    }
    return;
  }
  const stream = await handle.createWritable({ keepExistingData: at > 0 });
  try {
    for await (const part of parts) {
      await stream.write({ type: 'write', position: offset, data: part as Uint8Array<ArrayBuffer> });
      offset += part.length;
    }
    await stream.truncate(offset);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw error;
  }
}

async function* partsOfFile(file: File): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += PART) yield new Uint8Array(await file.slice(at, at + PART).arrayBuffer());
}

/** Size of a listed file; null if another tab has removed or renamed it since. */
async function sizeOrNull(handle: FileSystemFileHandle): Promise<number | null> {
  try {
    return (await handle.getFile()).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Moves a file onto a name, which it replaces. */
async function moveFile(
  from: FileSystemDirectoryHandle,
  name: string,
  to: FileSystemDirectoryHandle,
  newName: string,
): Promise<void> {
  const handle: FileHandle = await from.getFileHandle(name);
  if (typeof handle.move === 'function') {
    await handle.move(to, newName);
    return;
  }
  await writeAt(await to.getFileHandle(newName, { create: true }), 0, partsOfFile(await handle.getFile()));
  await from.removeEntry(name);
}

export function privateFiles(root: FileSystemDirectoryHandle): Files {
  const folderAt = async (parts: readonly string[], create = false): Promise<FileSystemDirectoryHandle> => {
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  };
  /** Folder and name of a path. @throws if the folder is missing and `create` is false */
  const split = async (path: string, create = false) => {
    const parts = pathParts(path);
    return { folder: await folderAt(parts.slice(0, -1), create), name: parts.at(-1)! };
  };
  const fileAt = async (path: string): Promise<File | null> => {
    try {
      const { folder, name } = await split(path);
      return await (await folder.getFileHandle(name)).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
  /** Runs a change of the files: each part of it, a new folder too, may meet a full quota. */
  const changing = async (path: string, bytes: number, change: () => Promise<void>): Promise<void> => {
    try {
      await change();
    } catch (error) {
      throw isFull(error) ? new StorageFullError(path, bytes, error) : error;
    }
  };
  const remove = async (path: string): Promise<void> => {
    try {
      const { folder, name } = await split(path);
      await folder.removeEntry(name, { recursive: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  };
  const list = async (path: string): Promise<Entry[]> => {
    const entries: Entry[] = [];
    try {
      for await (const [name, handle] of (await folderAt(pathParts(path))).entries()) {
        const isFolder = handle.kind === 'directory';
        const bytes = isFolder ? 0 : await sizeOrNull(handle as FileSystemFileHandle);
        if (bytes !== null) entries.push({ name, isFolder, bytes });
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    where: 'private files',
    read: async (path) => {
      const file = await fileAt(path);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    readRange: async (path, start, end) => {
      const file = await fileAt(path);
      return file && new Uint8Array(await file.slice(start, end).arrayBuffer());
    },
    size: async (path) => (await fileAt(path))?.size ?? null,
    write: (path, content) =>
      changing(path, sizeOf(content), async () => {
        const { folder, name } = await split(path, true);
        const partial = `${name}${PARTIAL}`;
        try {
          await writeAt(await folder.getFileHandle(partial, { create: true }), 0, partsOf(content));
          await moveFile(folder, partial, folder, name);
        } catch (error) {
          await folder.removeEntry(partial).catch(() => {});
          throw error;
        }
      }),
    append: (path, at, bytes) =>
      changing(path, bytes.length, async () => {
        const { folder, name } = await split(path, true);
        await writeAt(await folder.getFileHandle(name, { create: true }), at, partsOf(bytes));
      }),
    list,
    remove,
    renameFolder: (from, to) =>
      changing(to, 0, async () => {
        const moveAll = async (source: string, target: string): Promise<void> => {
          const [fromFolder, toFolder] = [await folderAt(pathParts(source)), await folderAt(pathParts(target), true)];
          const entries = await list(source);
          const isLast = ({ name }: Entry) => Number(name === MANIFEST);
          for (const { name, isFolder } of entries.sort((a, b) => isLast(a) - isLast(b)))
            if (isFolder) await moveAll(joinPath(source, name), joinPath(target, name));
            else await moveFile(fromFolder, name, toFolder, name);
        };
        await moveAll(from, to);
        await remove(from);
      }),
  };
}
