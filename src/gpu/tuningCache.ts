/**
 * Autotuning results of an adapter by key, kept between sessions: in a folder in Node, in the origin's private file system in
 * a browser. A lost file costs only new measurements.
 */

export interface TuningCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** File of a tuning cache. If a function fails, the cache works in memory only. */
export interface TuningCacheFile {
  load(): Promise<string>;
  /** Appends to the file. Writers in several processes or tabs must not lose each other's lines. */
  append(text: string): Promise<void>;
}

/**
 * Opens a tuning cache, which reads its file once. The first value of a key wins, so that two processes that measure the same
 * shape at the same time agree afterwards. Unreadable lines are skipped.
 */
export async function openTuningCache(file: TuningCacheFile): Promise<TuningCache> {
  const entries = new Map<string, string>();
  for (const [key, value] of parseLines(await file.load().catch(() => '')))
    if (!entries.has(key)) entries.set(key, value);
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.set(key, value);
      file.append(`${JSON.stringify([key, value])}\n`).catch(() => {});
    },
  };
}

function* parseLines(text: string): Generator<[key: string, value: string]> {
  for (const line of text.split('\n')) {
    try {
      const [key, value] = JSON.parse(line);
      if (typeof key === 'string' && typeof value === 'string') yield [key, value];
    } catch {
      // a line cut off, or of another format
    }
  }
}
