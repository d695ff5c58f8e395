/** Memory that a run may take without a question: a share of the reported RAM, since no browser reports GPU memory. */

const GIB = 2 ** 30;
/** Upper limit, in GiB: browsers seldom allow a tab more. */
const MOST = 4;
/** Limit for browsers that report nothing, in GiB. */
const UNREPORTED = 2;

export interface MemoryShare {
  readonly bytes: number;
  /** Reason for the limit, in words. */
  readonly of: string;
}

/** @param gibibytes RAM that the browser reports, rounded and capped; only Chromium reports it */
export function memoryShare(
  gibibytes = (globalThis.navigator as { readonly deviceMemory?: number } | undefined)?.deviceMemory,
): MemoryShare {
  if (gibibytes === undefined)
    return {
      bytes: UNREPORTED * GIB,
      of: `${UNREPORTED} GiB, the limit for a browser that does not report the machine's memory`,
    };
  if (gibibytes / 2 <= MOST)
    return { bytes: (gibibytes / 2) * GIB, of: `half of the ${gibibytes} GiB that the browser reports` };
  return { bytes: MOST * GIB, of: `${MOST} GiB, the limit for one tab` };
}
