/** A disk for tests: it is full for chosen files of runs, and throws where Node would hang. */
import type * as fs from 'node:fs';
import { type Files, StorageFullError } from '../runs/files';

export const disk = {
  /** A run's disk is full while this is true of the file. */
  isFull: (_file: string): boolean => false,
};

/** `node:fs` on that disk. Use: `vi.mock('node:fs', async (original) => onDisk(await original()))`. */
export function onDisk(real: typeof fs) {
  // under /proc the real one never returns, and no test could end it
  const mkdirSync = (file: fs.PathLike, options?: fs.MakeDirectoryOptions) => {
    if (options?.recursive && String(file).startsWith('/proc/')) throw new Error('mkdirSync would never return');
    return real.mkdirSync(file, options);
  };
  const mocked = { ...real, mkdirSync };
  return { ...mocked, default: mocked };
}

/** runs/nodeFiles.ts on that disk, for `vi.mock`. */
export function runsOnDisk({ nodeFiles }: { nodeFiles: (root: string) => Files }) {
  const refuse = (file: string) => {
    if (disk.isFull(file)) throw new StorageFullError(file, 3 * 2 ** 20);
  };
  const onThatDisk = (root: string): Files => {
    const files = nodeFiles(root);
    return {
      ...files,
      async write(file, content) {
        refuse(file);
        await files.write(file, content);
      },
      async append(file, at, bytes) {
        refuse(file);
        await files.append(file, at, bytes);
      },
    };
  };
  return { nodeFiles: onThatDisk };
}
