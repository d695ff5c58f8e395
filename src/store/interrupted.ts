/** Name of the run that trains in this tab. It survives a reload, so that the page can offer to continue the run. */
const KEY = 'groupthink-training';

/** Storage of the tab; null if the browser refuses it. */
function storage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/** Notes the run that trains; null when it has ended or the user stopped it. */
export function noteTraining(name: string | null): void {
  try {
    if (name === null) storage()?.removeItem(KEY);
    else storage()?.setItem(KEY, name);
  } catch {
    // a full or refused storage: the run is in Runs all the same
  }
}

/** Run that trained here before the page was loaded; null without one. */
export function interruptedRun(): string | null {
  try {
    return storage()?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}
