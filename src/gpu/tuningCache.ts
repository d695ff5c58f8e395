/**
 * Autotuning results of an adapter by key, kept between sessions where there is a place for them: a folder in Node, the
 * origin's private files in a browser. Losing the file costs a measurement, nothing else.
 */

export interface TuningCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** The file of a cache. Both functions may fail; the cache then lives in memory only. */
export interface TuningCacheFile {
  load(): Promise<string>;
  /** Adds to the end of the file. Writers in other processes or tabs must not lose each other's lines. */
  append(text: string): Promise<void>;
}

/**
 * Reads the file once. The first value of a key wins, so that two processes that measured the same shape at the same time
 * agree from then on. A line that cannot be read is skipped.
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
      // cut off, or of something else
    }
  }
}
