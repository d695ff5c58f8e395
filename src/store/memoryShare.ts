/** How much memory a run may take without a question. No browser tells how much a GPU has, so it is a share of what is told. */

const GIB = 2 ** 30;
/** A tab is seldom let have more, in GiB. */
const MOST = 4;
/** Where nothing is told, in GiB. */
const UNTOLD = 2;

export interface MemoryShare {
  readonly bytes: number;
  /** In words. */
  readonly of: string;
}

/** @param gibibytes of the machine as the browser reports it, rounded and capped: Chromium alone does */
export function memoryShare(
  gibibytes = (globalThis.navigator as { readonly deviceMemory?: number } | undefined)?.deviceMemory,
): MemoryShare {
  if (gibibytes === undefined)
    return { bytes: UNTOLD * GIB, of: `${UNTOLD} GiB, the limit where a browser does not tell the machine's memory` };
  if (gibibytes / 2 <= MOST)
    return { bytes: (gibibytes / 2) * GIB, of: `half of the ${gibibytes} GiB that the browser reports` };
  return { bytes: MOST * GIB, of: `${MOST} GiB, which is as much as a tab can count on` };
}
