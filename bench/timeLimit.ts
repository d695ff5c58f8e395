/** Waiting for a GPU without taking a core from it. */

/** Milliseconds of sleep between two checks: the largest error of a measured time. */
const NAP = 0.3;
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Error of a promise that exceeds its limit. */
export class TimedOut extends Error {}

/**
 * Awaits a promise and sleeps between the turns of the event loop. While a promise of Dawn is pending, its binding spins the
 * event loop, which costs a software adapter one core. All GPU peers are awaited like this, including ours.
 * @param limit milliseconds after which it rejects with TimedOut
 */
export async function withTimeLimit<T>(promise: Promise<T>, limit = Number.POSITIVE_INFINITY): Promise<T> {
  const end = performance.now() + limit;
  let pending = true;
  const settled = promise.finally(() => {
    pending = false;
  });
  settled.catch(() => {}); // handled below, or abandoned after the limit
  while (pending) {
    if (performance.now() > end) throw new TimedOut(`no result after ${(limit / 1000).toFixed(0)} s`);
    await new Promise((resolve) => setImmediate(resolve));
    if (pending) Atomics.wait(cell, 0, 0, NAP);
  }
  return settled;
}
