/**
 * Waiting for Dawn in Node without taking a core from it. While a promise of Dawn is pending its Node binding polls in a
 * busy loop of the event loop; a software adapter then shares its cores with the one who waits for it (measured: products
 * on two cores run at half their speed). One nap a turn of the event loop, however many promises are pending.
 */

/** Milliseconds: long against a poll, short against a step. */
const NAP = 0.25;
const cell = new Int32Array(new SharedArrayBuffer(4));
let pending = 0;
let napping = false;

function nap(): void {
  napping = pending > 0;
  if (!napping) return;
  Atomics.wait(cell, 0, 0, NAP);
  setImmediate(nap);
}

/** The same promise; until it settles, every turn of the event loop sleeps a little. */
export function waitWithoutBlocking<T>(promise: Promise<T>): Promise<T> {
  pending++;
  if (!napping) setImmediate(nap);
  napping = true;
  return promise.finally(() => {
    pending--;
  });
}
