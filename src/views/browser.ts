/** What a browser may refuse to a page, by its settings or by policy. The page then does without. */

/** Kept until the page is closed where it cannot be stored. */
const kept = new Map<string, string>();

/** A setting of an earlier visit; null where there is none. */
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
    // refused or full: kept above
  }
}

/** Says if the system is set to dark; false where the browser does not say. */
export function prefersDark(): boolean {
  try {
    return matchMedia('(prefers-color-scheme: dark)').matches;
  } catch {
    return false;
  }
}

/** Rewrites the address of the page; it stays as it is where a sandbox or a limit of the browser forbids that. */
export function rewriteAddress(address: string): void {
  try {
    history.replaceState(null, '', address);
  } catch {
    // a link then does not hold what is looked at; all else works
  }
}

/** Adds an entry to the page's history, so that Back returns from it; none where that is forbidden. */
export function pushAddress(address: string): void {
  try {
    history.pushState(null, '', address);
  } catch {
    // Back then leaves the page; all else works
  }
}
