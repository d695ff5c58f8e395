/** Parts of the browser that a training uses; tests bring their own. */
import type { Device } from '../gpu/device';
import type { StorageFullError } from '../runs/files';
import type { RunsPlace } from './place';
import type { Compute } from './protocol';

export interface Surroundings {
  /** Opens the folder of all runs. Rejects with the reason if there is none. */
  readonly place: () => Promise<RunsPlace>;
  readonly open: (compute: Compute, onLost: (reason: string) => void) => Promise<Device>;
  /** Resolves when a full storage has room again, or when the signal aborts. */
  readonly waitForRoom: (error: StorageFullError, signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
}
