/** Files of runs in a folder on disk. Only Node reaches this file. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Bytes, type Files, partsOf, StorageFullError, sizeOf } from './files';
import { PARTIAL, pathParts } from './paths';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error) ?? '');

/** Result of reading; null if the file is missing. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}

/** Flushes a folder, so that a rename in it survives a power cut. Windows cannot and need not. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function nodeFiles(root: string): Files {
  const at = (file: string) => path.join(root, ...pathParts(file));
  const makeParent = (file: string) => mkdir(path.dirname(file), { recursive: true });
  const refuseFull = (error: unknown, file: string, bytes: number): never => {
    throw isFull(error) ? new StorageFullError(file, bytes, error) : error;
  };
  return {
    where: root,
    read: async (file) => {
      const buffer = await unlessMissing(readFile(at(file)));
      return buffer && (new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length) as Bytes);
    },
    async readRange(file, start, end) {
      const handle = await unlessMissing(open(at(file), 'r'));
      if (!handle) return null;
      try {
        const { size } = await handle.stat();
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        let done = 0;
        while (done < bytes.length) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return bytes.subarray(0, done);
      } finally {
        await handle.close();
      }
    },
    size: async (file) => (await unlessMissing(stat(at(file))))?.size ?? null,
    async write(file, content) {
      const target = at(file);
      const partial = `${target}${PARTIAL}`;
      await makeParent(target);
      try {
        const handle = await open(partial, 'w');
        try {
          let offset = 0;
          for await (const part of partsOf(content)) {
            await writeAll(handle, part, offset);
            offset += part.length;
          }
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(partial, target);
        await flushFolder(path.dirname(target));
      } catch (error) {
        await rm(partial, { force: true });
        refuseFull(error, file, sizeOf(content));
      }
    },
    async append(file, offset, bytes) {
      const target = at(file);
      await makeParent(target);
      const handle = await open(target, constants.O_RDWR | constants.O_CREAT);
      try {
        await writeAll(handle, bytes, offset);
        await handle.truncate(offset + bytes.length);
        await handle.datasync();
      } catch (error) {
        refuseFull(error, file, bytes.length);
      } finally {
        await handle.close();
      }
    },
    async list(folder) {
      const found = (await unlessMissing(readdir(at(folder), { withFileTypes: true }))) ?? [];
      const entries = await Promise.all(
        found.map(async (entry) => {
          const isFolder = entry.isDirectory();
          const bytes = isFolder ? 0 : ((await unlessMissing(stat(path.join(at(folder), entry.name))))?.size ?? 0);
          return { name: entry.name, isFolder, bytes };
        }),
      );
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    remove: (file) => rm(at(file), { recursive: true, force: true }),
    async renameFolder(from, to) {
      await makeParent(at(to));
      await rename(at(from), at(to));
      await flushFolder(path.dirname(at(to)));
    },
  };
}
