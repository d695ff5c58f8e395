/**
 * Waits for Dawn in Node without using a core. While a promise of Dawn is pending, its Node binding polls at every turn of the
 * event loop. The busy loop takes a core from a software adapter: on two cores, matrix products run at half speed. So each
 * turn sleeps once while any promise is pending.
 */

/** Sleep per turn, ms: long against a poll, short against a step. */
const NAP_MS = 0.25;
const cell = new Int32Array(new SharedArrayBuffer(4));
let pending = 0;
let napping = false;

function nap(): void {
  napping = pending > 0;
  if (!napping) return;
  Atomics.wait(cell, 0, 0, NAP_MS);
  setImmediate(nap);
}

/** Returns the promise. Until it settles, every turn of the event loop sleeps a little. */
export function waitWithoutBlocking<T>(promise: Promise<T>): Promise<T> {
  pending++;
  if (!napping) setImmediate(nap);
  napping = true;
  return promise.finally(() => {
    pending--;
  });
}
