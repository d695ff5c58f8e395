/** Wait of a training for free storage: the page lists what could be deleted, and the run goes on when there is room. */
import type { StorageFullError } from '../runs/files';
import type { Driver } from './drive';
import { largestRuns, type RunsPlace } from './place';
import type { RunMessage } from './protocol';

interface Waiting {
  readonly driver: Driver;
  readonly place: RunsPlace;
  /** Name of the run that waits. */
  readonly name: string;
  /** Resolves when a full storage has room again, or when the signal aborts. */
  readonly room: (error: StorageFullError, signal: AbortSignal) => Promise<void>;
  readonly post: (message: RunMessage) => void;
}

/** @throws the error if the run is stopped meanwhile */
export async function waitWhileFull(error: StorageFullError, waiting: Waiting): Promise<void> {
  const { driver, place, name, room, post } = waiting;
  const others = await largestRuns(place.files, name).catch(() => []);
  post({ type: 'notice', notice: { code: 'full', bytes: error.bytes, others } });
  const over = new AbortController();
  const hasRoom = () => {
    if (!over.signal.aborted) driver.hasRoom(); // a later wait has its own watch
  };
  room(error, over.signal).then(hasRoom, () => {}); // without an estimate, the user resumes
  try {
    await driver.waitForRoom();
  } finally {
    over.abort();
  }
  if (driver.stopped.aborted) throw error;
  post({ type: 'room', playing: driver.isPlaying });
}
