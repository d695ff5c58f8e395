/** Waiting for a GPU without taking a core from it. */

/** Milliseconds asleep between two looks: what a wait can add to a measured time. */
const NAP = 0.3;
const cell = new Int32Array(new SharedArrayBuffer(4));

/** A promise that took longer than its limit. */
export class TimedOut extends Error {}

/**
 * Awaits a promise, asleep between the turns of the event loop. While any promise of Dawn's is pending, its binding turns
 * the event loop as fast as it can, and a software adapter then computes on one core less. Every peer that uses the GPU is
 * awaited like this, ours too.
 * @param limit milliseconds after which it rejects with TimedOut
 */
export async function withTimeLimit<T>(promise: Promise<T>, limit = Number.POSITIVE_INFINITY): Promise<T> {
  const end = performance.now() + limit;
  let pending = true;
  const settled = promise.finally(() => {
    pending = false;
  });
  settled.catch(() => {}); // heard below, or not awaited any more after the limit
  while (pending) {
    if (performance.now() > end) throw new TimedOut(`no result after ${(limit / 1000).toFixed(0)} s`);
    await new Promise((resolve) => setImmediate(resolve));
    if (pending) Atomics.wait(cell, 0, 0, NAP);
  }
  return settled;
}
