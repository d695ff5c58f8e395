/** Files of runs in memory, with a disk that fills up or a process that dies after a number of bytes. For tests. */
import { type Bytes, type Entry, type Files, partsOf, StorageFullError, sizeOf } from './files';
import { joinPath, MANIFEST, PARTIAL, pathParts } from './paths';

/** Faults to inject. Each byte that is written counts 1, each rename and each removal of a file too. */
export interface MemoryFaults {
  /** The disk is full after this many. */
  fullAfter?: number;
  /** The process dies after this many: the last write stays cut off, and each later call fails. */
  crashAfter?: number;
  /** Folders are renamed file by file, as private files are. */
  movesOneByOne?: boolean;
}

export interface MemoryFiles extends Files {
  readonly faults: MemoryFaults;
  /** Bytes, renames and removals so far. */
  readonly spent: number;
  /** Content by path, for tests that damage it. */
  readonly contents: Map<string, Bytes>;
  /** The files that another process finds, without faults. */
  survivors(): MemoryFiles;
}

class CrashError extends Error {}

export function memoryFiles(faults: MemoryFaults = {}, contents = new Map<string, Bytes>()): MemoryFiles {
  let spent = 0;
  let dead = false;
  const norm = (path: string) => pathParts(path).join('/');
  /** Takes room for bytes. @returns bytes that still fit, and the error after them */
  const take = (bytes: number, file: string, needed: number): { fits: number; error: Error | null } => {
    if (dead) throw new CrashError('the process has died');
    const { crashAfter = Infinity, fullAfter = Infinity } = faults;
    const room = Math.max(0, Math.min(crashAfter, fullAfter) - spent);
    spent += Math.min(bytes, room);
    if (bytes <= room) return { fits: bytes, error: null };
    dead = crashAfter <= fullAfter;
    return { fits: room, error: dead ? new CrashError('the process dies') : new StorageFullError(file, needed) };
  };
  const put = (path: string, at: number, bytes: Uint8Array, needed: number): void => {
    const { fits, error } = take(bytes.length, path, needed);
    const before = contents.get(path) ?? new Uint8Array();
    const after = new Uint8Array(at + fits);
    after.set(before.subarray(0, at));
    after.set(bytes.subarray(0, fits), at);
    contents.set(path, after);
    if (error) throw error;
  };
  /** Counts a rename or a removal: a full disk does not prevent them. */
  const change = (): void => {
    if (dead || spent >= (faults.crashAfter ?? Infinity)) {
      dead = true;
      throw new CrashError('the process dies');
    }
    spent++;
    if (faults.fullAfter !== undefined) faults.fullAfter++;
  };
  const move = (from: string, to: string) => {
    contents.set(to, contents.get(from)!);
    contents.delete(from);
  };
  const under = (folder: string) => {
    const paths = [...contents.keys()].filter((path) => folder === '' || path.startsWith(`${folder}/`)).sort();
    const isLast = (path: string) => Number(path.endsWith(`/${MANIFEST}`));
    return paths.sort((a, b) => isLast(a) - isLast(b));
  };
  return {
    where: 'memory',
    faults,
    contents,
    get spent() {
      return spent;
    },
    survivors: () => memoryFiles({}, new Map([...contents].map(([path, bytes]) => [path, bytes.slice()]))),
    read: async (path) => contents.get(norm(path))?.slice() ?? null,
    readRange: async (path, start, end) => contents.get(norm(path))?.slice(start, end) ?? null,
    size: async (path) => contents.get(norm(path))?.length ?? null,
    async write(path, content) {
      const target = norm(path);
      const partial = `${target}${PARTIAL}`;
      try {
        contents.set(partial, new Uint8Array());
        let at = 0;
        for await (const part of partsOf(content)) {
          put(partial, at, part, sizeOf(content));
          at += part.length;
        }
        change();
        move(partial, target);
      } catch (error) {
        if (!dead) contents.delete(partial);
        throw error;
      }
    },
    async append(path, at, bytes) {
      put(norm(path), at, bytes, bytes.length);
    },
    async list(folder) {
      const prefix = norm(folder);
      const entries = new Map<string, Entry>();
      for (const path of under(prefix)) {
        const [name = '', ...inner] = path.slice(prefix === '' ? 0 : prefix.length + 1).split('/');
        const isFolder = inner.length > 0;
        entries.set(name, { name, isFolder, bytes: isFolder ? 0 : contents.get(path)!.length });
      }
      return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(path) {
      for (const file of [...(contents.has(norm(path)) ? [norm(path)] : []), ...under(norm(path))]) {
        change();
        contents.delete(file);
      }
    },
    async renameFolder(from, to) {
      const paths = under(norm(from));
      if (!faults.movesOneByOne) change();
      for (const path of paths) {
        if (faults.movesOneByOne) change();
        move(path, joinPath(norm(to), path.slice(norm(from).length + 1)));
      }
    },
  };
}
