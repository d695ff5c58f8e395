/** Timing of work on a device: by the page's clock around a readback, or by the adapter's timestamps. */
import type { BufferRange, Device, Sequence } from '../../gpu/device';

/** Observed steps of the clock, and the largest time of the busy loop that observes them, ms. */
const STEPS = 3;
const MOST_WAITING = 20;
/** Largest number of reads of a clock that does not move: some tenths of a second. */
const MOST_LOOKS = 1e7;
/** Smallest step of a coarse clock, ms. Browsers use 1 ms or more for pages that are not cross-origin isolated. */
const COARSE = 0.5;
/** Least milliseconds of one timing, for a fine clock and for a coarse one without timestamps. */
const LEAST_TIME = 4;
const LEAST_TIME_COARSE = 100;
const MOST_REPEATS = 64;
const MOST_REPEATS_COARSE = 1024;

/** Smallest step of a clock, milliseconds; infinite where it does not move. */
export function clockStep(now: () => number = () => performance.now()): number {
  let least = Number.POSITIVE_INFINITY;
  const began = now();
  let last = began;
  for (let steps = 0, looks = 0; steps < STEPS && last - began < MOST_WAITING && looks < MOST_LOOKS; looks++) {
    const next = now();
    if (next === last) continue;
    least = Math.min(least, next - last);
    last = next;
    steps++;
  }
  return least;
}

export interface Timed {
  readonly sequence: Sequence;
  /** Bytes of a buffer that the sequence writes. */
  readonly result: BufferRange;
}

/** Milliseconds of one run of a sequence, as the mean over repeats. */
export interface Clock {
  time(timed: Timed, repeat: number): Promise<number>;
  /** Repeats that one timing needs if the shortest work takes this long. */
  repeatsFor(milliseconds: number): number;
}

/** Clock of the page around a readback. The first readback also sizes the device's submits. */
const pageClock = (device: Device, coarse: boolean): Clock => ({
  async time({ sequence, result }, repeat) {
    const began = performance.now();
    await device.read([result], [{ sequence, repeat }]);
    return (performance.now() - began) / repeat;
  },
  repeatsFor: (milliseconds) =>
    coarse
      ? Math.min(MOST_REPEATS_COARSE, Math.ceil(LEAST_TIME_COARSE / Math.max(milliseconds, 0.01)))
      : Math.min(MOST_REPEATS, Math.ceil(LEAST_TIME / milliseconds)),
});

/** Timestamps around every dispatch. They are fine enough for one run per timing. */
const adapterClock = (device: Device): Clock => ({
  async time({ sequence }) {
    const timings = (await device.profile([{ sequence }])) ?? [];
    return timings.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  },
  repeatsFor: () => 1,
});

/**
 * Picks the page's clock if it is fine. If it is coarse, picks the adapter's timestamps; without them, or if they count nothing,
 * the page's clock with as many repeats as a tick needs.
 * @param probe any work that takes a while
 */
export async function pickClock(device: Device, probe: Timed): Promise<Clock> {
  if (clockStep() < COARSE) return pageClock(device, false);
  const timings = await device.profile([{ sequence: probe.sequence }]);
  return timings?.some(({ milliseconds }) => milliseconds > 0) ? adapterClock(device) : pageClock(device, true);
}
