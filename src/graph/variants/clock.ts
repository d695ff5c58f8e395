/** How long a piece of work takes on a device: by the clock of the page around a readback, or by the adapter's own. */
import type { BufferRange, Device, Sequence } from '../../gpu/device';

/** Steps of the clock that are looked at, and the milliseconds of a busy loop that they may take. */
const STEPS = 3;
const MOST_WAITING = 20;
/** Looks at a clock that does not move: some tenths of a second. */
const MOST_LOOKS = 1e7;
/** Milliseconds from which on a step of the clock is coarse: browsers make it 1 or more where pages are not isolated. */
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

/** Milliseconds of running a sequence once, as the mean of so many repeats. */
export interface Clock {
  time(timed: Timed, repeat: number): Promise<number>;
  /** Repeats that one timing needs where the shortest work takes so long. */
  repeatsFor(milliseconds: number): number;
}

/** By a readback, after which the device knows how much of it one submit may hold. */
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

/** By timestamps around every dispatch. They are as fine as a browser lets them be, so one timing is one run. */
const adapterClock = (device: Device): Clock => ({
  async time({ sequence }) {
    const timings = (await device.profile([{ sequence }])) ?? [];
    return timings.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  },
  repeatsFor: () => 1,
});

/**
 * The page's clock where it is fine; where it ticks in whole milliseconds the adapter's own, or, where there is none or it
 * counts nothing, the page's with as many repeats as a tick needs.
 * @param probe any work that takes a while
 */
export async function pickClock(device: Device, probe: Timed): Promise<Clock> {
  if (clockStep() < COARSE) return pageClock(device, false);
  const timings = await device.profile([{ sequence: probe.sequence }]);
  return timings?.some(({ milliseconds }) => milliseconds > 0) ? adapterClock(device) : pageClock(device, true);
}
