/** Browser features that settings or a policy may refuse. The page works without them. */

/** Settings of this visit, where the browser stores none. */
const kept = new Map<string, string>();

/** Setting of an earlier visit; null without one. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? kept.get(name) ?? null;
  } catch {
    return kept.get(name) ?? null;
  }
}

export function remember(name: string, value: string): void {
  kept.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // refused or full: `kept` has it
  }
}

/** True where the system is set to dark; false where the browser does not say. */
export function prefersDark(): boolean {
  try {
    return matchMedia('(prefers-color-scheme: dark)').matches;
  } catch {
    return false;
  }
}

/** State of a history entry that the page wrote. */
const written = (address: string) => ({ address });

/** True if the page wrote this address into the entry of the history on screen, so it has opened its recipe before. */
export const isWritten = (address: string): boolean =>
  (history.state as Partial<ReturnType<typeof written>> | null)?.address === address;

/** Rewrites the address of the page, unless a sandbox or a limit of the browser forbids it. */
export function rewriteAddress(address: string): void {
  try {
    history.replaceState(written(address), '', address);
  } catch {
    // a copied link then opens another screen; everything else works
  }
}

/** Adds an entry to the page's history, so that Back returns from it, unless that is forbidden. */
export function pushAddress(address: string): void {
  try {
    history.pushState(written(address), '', address);
  } catch {
    // Back then leaves the page; everything else works
  }
}

/** Copies a text. @returns false where the browser refuses it */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
