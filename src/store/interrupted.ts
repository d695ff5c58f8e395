/** Run that trains in this tab. The note survives a reload, so that the page can offer to continue the run. */
const KEY = 'groupthink-training';

/** Storage of the tab; null if the browser refuses it. */
function storage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/** Run by the name of its folder, with the title that the page shows. */
export interface NamedRun {
  readonly name: string;
  readonly title: string;
}

/** Notes the run that trains; null when it has ended or the user stopped it. */
export function noteTraining(run: NamedRun | null): void {
  try {
    if (run === null) storage()?.removeItem(KEY);
    else storage()?.setItem(KEY, JSON.stringify(run));
  } catch {
    // a full or refused storage: the run is in Runs all the same
  }
}

/** Run that trained here before the page was loaded; null without one. */
export function interruptedRun(): NamedRun | null {
  try {
    return JSON.parse(storage()?.getItem(KEY) ?? 'null') as NamedRun | null;
  } catch {
    return null;
  }
}
