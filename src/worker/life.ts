/**
 * Lock that shows at once that a worker has ended. The worker holds a lock with its own name, which the browser frees when the
 * worker ends. Without locks, the heartbeat notices later.
 */

/** Holds the lock, in the worker. @param held called when the worker has the lock */
export function holdLife(name: string, held: () => void): void {
  const forever = () => {
    held();
    return new Promise<never>(() => {});
  };
  navigator.locks?.request(name, forever).catch(() => {});
}

/** Waits for the lock, in the page, after the worker has it. @param gone called once, unless the signal aborts first */
export function awaitDeath(name: string, signal: AbortSignal, gone: () => void): void {
  navigator.locks
    ?.request(name, { signal }, async () => {
      if (!signal.aborted) gone();
    })
    .catch(() => {});
}
