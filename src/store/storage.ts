/** Storage that the browser gives this page: bytes used, quota, and whether it may delete the runs by itself. */
import { createStore } from 'zustand/vanilla';

export interface StorageState {
  /** Bytes; null where the browser does not say. */
  readonly usage: number | null;
  readonly quota: number | null;
  /** True if only the user deletes the runs; null where the browser does not say. */
  readonly isKept: boolean | null;
  /** True if the browser declined to keep the runs since the page was opened. */
  readonly isDeclined: boolean;
}

export const storage = createStore<StorageState>(() => ({
  usage: null,
  quota: null,
  isKept: null,
  isDeclined: false,
}));

/** Share of the quota from which the page asks to delete something. */
const NEARLY_FULL = 0.8;

export const isNearlyFull = ({ usage, quota }: Pick<StorageState, 'usage' | 'quota'>): boolean =>
  usage !== null && quota !== null && quota > 0 && usage > NEARLY_FULL * quota;

/** Result of a request to the browser; null where it lacks or refuses it. */
async function answerOf<T>(request: (manager: StorageManager) => Promise<T>): Promise<T | null> {
  try {
    return navigator.storage ? await request(navigator.storage) : null;
  } catch {
    return null;
  }
}

/** Reads the bytes used, the quota and the state of the storage. */
export async function readStorage(): Promise<void> {
  const [estimate, isKept] = await Promise.all([
    answerOf((manager) => manager.estimate()),
    answerOf((manager) => manager.persisted()),
  ]);
  storage.setState({ usage: estimate?.usage ?? null, quota: estimate?.quota ?? null, isKept });
}

/** Asks the browser to keep the runs until the user deletes them. It may ask the user, or decline. */
export async function keepRuns(): Promise<void> {
  const isKept = (await answerOf((manager) => manager.persisted())) || (await answerOf((manager) => manager.persist()));
  storage.setState({ isKept, isDeclined: isKept === false });
}
