/**
 * Heartbeat of the worker. A worker that dies silently sends no error, so the page counts missed beats while it waits. Beats
 * come from the worker's event loop, and from between the kernels of the CPU device, which blocks the event loop for long.
 */

/** Time between two beats, and between two checks of the page, ms. */
export const BEAT_MS = 1000;
/**
 * Checks without a beat until the worker counts as dead. A count works after the page slept, where a clock would not. One
 * kernel of the CPU device, or three hanging calls of a custom term, take less.
 */
export const MAX_MISSED = 20;

/** Beats from the event loop. @returns a beat for work that blocks the event loop; any number of calls is cheap */
export function beatEvery(send: () => void): () => void {
  let last = performance.now();
  const beat = () => {
    last = performance.now();
    send();
  };
  setInterval(beat, BEAT_MS);
  return () => {
    if (performance.now() - last >= BEAT_MS) beat();
  };
}

/** Watch of the page: checks once per beat while a caller waits. */
export class Watch {
  private timer: ReturnType<typeof setInterval> | null = null;
  private missed = 0;

  /** @param silent called once after too many missed beats; the watch then ends */
  constructor(private readonly silent: () => void) {}

  /** Records a message from the worker. */
  heard(): void {
    this.missed = 0;
  }

  get watching(): boolean {
    return this.timer !== null;
  }

  start(): void {
    if (this.timer !== null) return;
    this.missed = 0;
    this.timer = setInterval(() => {
      if (++this.missed < MAX_MISSED) return;
      this.stop();
      this.silent();
    }, BEAT_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
