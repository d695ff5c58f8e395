/**
 * Notices at once that a worker is gone, however it ended: it holds a lock by its own name, which the browser frees with it.
 * Where a browser has no locks or refuses them, the heartbeat notices later.
 */

/** The worker's end. @param held called once the lock is held */
export function holdLife(name: string, held: () => void): void {
  const forever = () => {
    held();
    return new Promise<never>(() => {});
  };
  navigator.locks?.request(name, forever).catch(() => {});
}

/** The page's end, once the worker holds its lock. @param gone called once, unless the signal is aborted first */
export function awaitDeath(name: string, signal: AbortSignal, gone: () => void): void {
  navigator.locks
    ?.request(name, { signal }, async () => {
      if (!signal.aborted) gone();
    })
    .catch(() => {});
}
