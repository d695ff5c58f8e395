/**
 * A worker that dies silently sends no error. So it beats while it lives, and the page watches while it waits for it. Beats
 * come from the worker's event loop and from between the kernels of the CPU device, which holds the event loop up for long.
 */

/** Milliseconds between two beats, and between two looks of the page. */
export const BEAT_MS = 1000;
/**
 * Looks without a beat after which the worker counts as dead. They are counted, not read off a clock: a page that slept
 * did not look. One kernel of the CPU device, or three hanging calls of a custom term, take less.
 */
export const MOST_MISSED = 20;

/** Beats from the event loop. @returns a beat for work that holds the event loop up; it may be called as often as is handy */
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

/** The page's end: looks once a beat while anything is awaited. */
export class Watch {
  private timer: ReturnType<typeof setInterval> | null = null;
  private missed = 0;

  /** @param silent called once when nothing has been heard for too long; the watch is then over */
  constructor(private readonly silent: () => void) {}

  /** Anything that came from the worker. */
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
      if (++this.missed < MOST_MISSED) return;
      this.stop();
      this.silent();
    }, BEAT_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
