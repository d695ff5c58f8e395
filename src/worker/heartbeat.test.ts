/** When a silent worker counts as dead: counted in looks of the page, on a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEAT_MS, beatEvery, MOST_MISSED, Watch } from './heartbeat';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('counts a worker as dead after so many missed beats, once', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  vi.advanceTimersByTime((MOST_MISSED - 1) * BEAT_MS);
  expect([silent.mock.calls.length, watch.watching]).toEqual([0, true]);
  vi.advanceTimersByTime(BEAT_MS);
  expect([silent.mock.calls.length, watch.watching]).toEqual([1, false]);
  vi.advanceTimersByTime(100 * BEAT_MS);
  expect(silent).toHaveBeenCalledTimes(1);
});

it('waits for a worker that beats, however long its work takes', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  beatEvery(() => watch.heard());
  vi.advanceTimersByTime(3600_000);
  expect(silent).not.toHaveBeenCalled();
});

it('takes a page that slept for no dead worker: it looks no more often than it could', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  vi.setSystemTime(Date.now() + 3600_000);
  vi.advanceTimersByTime(BEAT_MS);
  expect(silent).not.toHaveBeenCalled();
});

it('is heard from work that holds the event loop up, at most once a beat', () => {
  const send = vi.fn();
  const beat = beatEvery(send);
  beat();
  expect(send).not.toHaveBeenCalled();
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + BEAT_MS);
  beat();
  beat();
  expect(send).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
});

it('does not look while nothing is awaited', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  watch.stop();
  vi.advanceTimersByTime(100 * BEAT_MS);
  expect(silent).not.toHaveBeenCalled();
});
