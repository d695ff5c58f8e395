/** Runs that the user chose to compare, and the comparison on screen. */
import { createStore } from 'zustand/vanilla';
import type { ComparedRun } from '../worker/library';
import { lab, MOST_COMPARED } from './lab';
import { library } from './library';

export interface ComparedState {
  /** Names of the chosen runs. */
  readonly chosen: readonly string[];
  /** Runs of the comparison on screen; null until they are read. */
  readonly runs: readonly ComparedRun[] | null;
  /** Reason why nothing could be read, or null. */
  readonly fault: string | null;
}

export const compared = createStore<ComparedState>(() => ({ chosen: [], runs: null, fault: null }));
const { getState: get, setState: set } = compared;

/** Chooses a run, or drops it. The seventh is not taken. */
export function toggleChosen(run: string): void {
  const { chosen } = get();
  if (chosen.includes(run)) dropChosen(run);
  else if (chosen.length < MOST_COMPARED) set({ chosen: [...chosen, run] });
}

export const clearChosen = (): void => set({ chosen: [] });

/** Drops a run that is gone. */
export const dropChosen = (run: string): void => set({ chosen: get().chosen.filter((name) => name !== run) });

/** Shows the comparison of the chosen runs. */
export const compareChosen = (): void => lab.setState({ compared: get().chosen });

/** Shows the list again. The runs stay chosen. */
export const endComparison = (): void => lab.setState({ compared: [] });

let turn = 0;

/** Reads the runs of the comparison, again where they have grown. */
export async function readComparison(names: readonly string[]): Promise<void> {
  const mine = ++turn;
  const shown = get()
    .runs?.map(({ run }) => run)
    .join();
  if (shown !== names.join()) set({ runs: null, chosen: names, fault: null });
  try {
    const runs = await library((commands) => commands.compare(names));
    if (mine === turn) set({ runs, fault: null });
  } catch (error) {
    if (mine === turn) set({ fault: (error as Error).message });
  }
}
