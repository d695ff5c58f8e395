/** A disk for tests: it refuses chosen writes, and throws where Node would hang. */
import type * as fs from 'node:fs';

/** The disk refuses texts or bytes for which this is true, as a full disk does. */
export const disk = { refuses: (_file: fs.PathOrFileDescriptor, _data: unknown): boolean => false };

/** `node:fs` on that disk. Use: `vi.mock('node:fs', async (original) => onDisk(await original()))`. */
export function onDisk(real: typeof fs) {
  const writeFileSync: typeof fs.writeFileSync = (file, data, options) => {
    if (disk.refuses(file, data)) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    real.writeFileSync(file, data, options);
  };
  // under /proc the real one never returns, and no test could end it
  const mkdirSync = (file: fs.PathLike, options?: fs.MakeDirectoryOptions) => {
    if (options?.recursive && String(file).startsWith('/proc/')) throw new Error('mkdirSync would never return');
    return real.mkdirSync(file, options);
  };
  const mocked = { ...real, writeFileSync, mkdirSync };
  return { ...mocked, default: mocked };
}
