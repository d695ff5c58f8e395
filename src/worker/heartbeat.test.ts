/** Missed beats until a silent worker counts as dead, on a fake clock. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEAT_MS, beatEvery, MAX_MISSED, Watch } from './heartbeat';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('reports a dead worker once, after too many missed beats', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  vi.advanceTimersByTime((MAX_MISSED - 1) * BEAT_MS);
  expect([silent.mock.calls.length, watch.watching]).toEqual([0, true]);
  vi.advanceTimersByTime(BEAT_MS);
  expect([silent.mock.calls.length, watch.watching]).toEqual([1, false]);
  vi.advanceTimersByTime(100 * BEAT_MS);
  expect(silent).toHaveBeenCalledTimes(1);
});

it('waits for a worker that beats, for any length of work', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  beatEvery(() => watch.heard());
  vi.advanceTimersByTime(3600_000);
  expect(silent).not.toHaveBeenCalled();
});

it('reports no dead worker after the page slept', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  vi.setSystemTime(Date.now() + 3600_000);
  vi.advanceTimersByTime(BEAT_MS);
  expect(silent).not.toHaveBeenCalled();
});

it('beats from work that blocks the event loop, at most once per interval', () => {
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

it('does not watch while nobody waits', () => {
  const silent = vi.fn();
  const watch = new Watch(silent);
  watch.start();
  watch.stop();
  vi.advanceTimersByTime(100 * BEAT_MS);
  expect(silent).not.toHaveBeenCalled();
});
