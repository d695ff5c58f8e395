/**
 * Owner of a run: one tab or process at a time writes, the others read and learn who holds it. In the browser a Web Lock,
 * which ends with its tab; in Node a lock file (nodeLock.ts).
 */
import type { Files } from './files';
import { RUN_LOCK } from './paths';

/** Who writes a run. */
export interface Holder {
  /** In words, such as `process 123 on mybox`, or `another tab`. */
  readonly who: string;
  /** Time of its last sign of life, or of its start, ISO 8601; null if unknown. */
  readonly seen: string | null;
}

export interface Owner {
  /** Aborted if another process has taken the run over: stop writing then. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export type Claim =
  | { readonly owner: Owner; readonly holder: null }
  | { readonly owner: null; readonly holder: Holder };

export interface Ownership {
  /** Takes a run, or says who holds it. */
  claim(run: string): Promise<Claim>;
  /** Who holds a run; null if nobody does. */
  holderOf(run: string): Promise<Holder | null>;
}

const lockName = (run: string): string => `groupthink run ${run}`;
/** Note of the owner for other tabs. */
const noteOf = (run: string): string => `${run}/${RUN_LOCK}`;

/**
 * Ownership among the tabs and workers of a site.
 * @param files the folder of all runs
 * @param who the name of this tab, for the others
 */
export function webOwnership(files: Files, who: string, locks: LockManager = navigator.locks): Ownership {
  const readNote = async (run: string): Promise<Holder> => {
    try {
      const note = await files.read(noteOf(run));
      const { who, seen } = JSON.parse(new TextDecoder().decode(note ?? new Uint8Array())) as Holder;
      return { who: String(who), seen: typeof seen === 'string' ? seen : null };
    } catch {
      return { who: 'another tab', seen: null };
    }
  };
  const isHeld = async (run: string): Promise<boolean> =>
    ((await locks.query()).held ?? []).some(({ name }) => name === lockName(run));
  return {
    claim: (run) =>
      new Promise<Claim>((resolve, reject) => {
        const held = locks.request(lockName(run), { ifAvailable: true }, async (lock) => {
          if (!lock) {
            resolve({ owner: null, holder: await readNote(run) });
            return;
          }
          const note = new TextEncoder().encode(JSON.stringify({ who, seen: new Date().toISOString() }));
          await files.write(noteOf(run), note).catch(() => {}); // only a message depends on it
          await new Promise<void>((done) => {
            const release = async () => {
              await files.remove(noteOf(run)).catch(() => {});
              done();
              await held;
            };
            resolve({ owner: { lost: new AbortController().signal, release }, holder: null });
          });
        });
        held.catch(reject);
      }),
    holderOf: async (run) => ((await isHeld(run)) ? readNote(run) : null),
  };
}
