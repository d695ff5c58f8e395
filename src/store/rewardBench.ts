/** The page's connection to the worker for edited rewards, and what-ifs over the run on screen. */
import { createStore } from 'zustand/vanilla';
import type { Recipe } from '../lab/recipe/recipe';
import { messageOf } from '../runs/files';
import type { WhatIfReport } from '../worker/rewardBench';
import { calledByWorker, openRewardClient } from '../worker/rewardClient';
import type { RolloutPlace } from '../worker/rolloutSource';
import { lab } from './lab';
import { rolloutPlace, UnstoredEvents } from './rolloutPlace';

const client = openRewardClient();

export const rewardBench: (typeof client)['ask'] = (command) => client.ask(command);

export interface WhatIfState {
  /** Progress of the scoring that goes on; null without one. */
  readonly running: { readonly rollouts: number; readonly share: number } | null;
  /** Result with the recipes that gave it; null before the first. */
  readonly result: { readonly report: WhatIfReport; readonly recipes: readonly Recipe[] } | null;
  readonly fault: string | null;
}

const NOTHING: WhatIfState = { running: null, result: null, fault: null };

export const whatIf = createStore<WhatIfState>(() => NOTHING);
const { setState: set } = whatIf;

/** Events that the worker has of the unstored run on screen. */
let unstored: { readonly place: string; readonly events: UnstoredEvents } | null = null;
/** Count of scorings; the result of an earlier one is dropped. */
let turn = 0;

async function addUnstored(place: RolloutPlace): Promise<void> {
  if (place.kind !== 'unstored') return;
  const key = JSON.stringify(place);
  if (unstored?.place !== key) unstored = { place: key, events: new UnstoredEvents() };
  const events = unstored.events.next(lab.getState().run);
  if (events.length > 0) await client.ask((commands) => commands.add(place, events));
}

/** Scores all rollouts of the run on screen again under each recipe, and ends an earlier scoring. */
export async function scoreAgain(recipes: readonly Recipe[]): Promise<void> {
  const mine = ++turn;
  const place = rolloutPlace(lab.getState());
  if (!place) return set(NOTHING);
  set({ running: { rollouts: 0, share: 0 }, fault: null });
  const onProgress = calledByWorker((rollouts, share) => {
    if (mine === turn) set({ running: { rollouts, share } });
  });
  try {
    await addUnstored(place);
    const report = await client.ask((commands) => commands.whatIf(place, recipes, onProgress));
    if (mine === turn) set({ running: null, result: report && { report, recipes } });
  } catch (error) {
    if (mine === turn) set({ running: null, fault: messageOf(error) });
  }
}

/** Ends the scoring that goes on. The last result stays. */
export function cancelScoring(): void {
  turn++;
  set({ running: null });
  void client.ask((commands) => commands.cancel());
}

/** Drops the result: another run is on screen. */
export function forgetScoring(): void {
  turn++;
  set(NOTHING);
}
