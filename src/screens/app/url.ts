/** Keeps address and screen in step: a link opens what it names, and every choice can be linked to. */
import type { LinkedRecipe } from '../../lab/recipe/link';
import { loadPatterns } from '../../store/draft';
import { type LabState, lab } from '../../store/lab';
import { openLinked } from '../../store/replace';
import { hasRewardChanges } from '../../store/rewardChoice';
import { readAddress, writeAddress, writeLinked } from './address';
import { isWritten, pushAddress, rewriteAddress } from './browser';

/** True while the address changes the state, which is then not written back at once. */
let reading = false;

function take(changes: Partial<LabState>): void {
  reading = true;
  lab.setState(changes);
  reading = false;
}

/** Counts readings: the recipe of an earlier address is dropped. */
let turn = 0;

/** Loads the recipe of an address into the draft. Asks first if changes would be lost. */
async function readRecipe(hash: string, linked: LinkedRecipe, faults: readonly string[]): Promise<void> {
  const mine = ++turn;
  // most addresses have no recipe
  const [{ recipeOfLink, recipeWords }] = await Promise.all([import('./sharedRecipe'), loadPatterns()]);
  const found = await recipeOfLink(linked);
  if (mine !== turn) return;
  if (!found.recipe) return take({ linkFaults: [...faults, ...found.faults] });
  const isTaken = await openLinked(found.recipe, writeLinked(linked));
  if (mine !== turn) return;
  // Back asks only once
  if (!isTaken) return rewriteAddress(writeAddress(lab.getState()));
  // again: the task picker may show own problems of this recipe
  const { changes, faults: left } = readAddress(hash, lab.getState());
  const { reward } = changes;
  take({
    ...changes,
    ...(reward && hasRewardChanges(reward) && { reward: { ...reward, base: found.recipe } }),
    ...{ linkFaults: [...left, ...found.faults], linkNote: recipeWords(found.recipe) },
  });
}

/** @param isKnown true if the page has opened the recipe of this address before */
function readUrl(hash: string, isKnown = false): void {
  turn++;
  const { changes, faults, linked } = readAddress(hash, lab.getState());
  take({ ...changes, linkFaults: faults, linkNote: null });
  if (!linked || isKnown) return;
  readRecipe(hash, linked, faults).catch(() =>
    take({ linkFaults: [...faults, 'its recipe was not read: a part of the page did not load; reload the page'] }),
  );
}

/** Milliseconds of rest before the address is rewritten: browsers limit how often a page may do so. */
const REST_MS = 250;

/**
 * Reads the address now and when it changes, and writes choices back. Each screen is a history entry of its own; choices on it
 * rewrite that entry.
 */
export function followTheUrl(): void {
  readUrl(location.hash);
  let timer: ReturnType<typeof setTimeout> | undefined;
  lab.subscribe((state, before) => {
    if (writeAddress(state) === writeAddress(before)) return;
    clearTimeout(timer);
    const hasWords = state.linkFaults.length > 0 || state.linkNote !== null;
    if (!reading && hasWords) lab.setState({ linkFaults: [], linkNote: null }); // the person has moved on
    if (state.screen !== before.screen && !reading) {
      rewriteAddress(writeAddress(before));
      pushAddress(writeAddress(state));
    } else timer = setTimeout(() => rewriteAddress(writeAddress(state)), REST_MS);
  });
  // from the event: the page may have rewritten the address since
  window.addEventListener('hashchange', ({ newURL }) => {
    const { hash } = new URL(newURL);
    readUrl(hash, isWritten(hash));
  });
}
