/** Keeps the address and what is looked at the same: a link opens what it says, and what is chosen can be linked to. */
import { browse, lab, show } from '../store/lab';
import { readAddress, writeAddress } from './address';
import { pushAddress, rewriteAddress } from './browser';

function readUrl(hash: string): void {
  const { data, draft } = lab.getState();
  const { shown, browsed, faults } = readAddress(hash, data, draft.own);
  show(shown);
  browse(browsed);
  lab.setState({ linkFaults: faults });
}

/** Milliseconds of rest before the address is rewritten: browsers limit how often it may be. */
const REST_MS = 250;

/**
 * Reads the address now and when it changes, and writes what is chosen back. Each screen is a history entry of its own; what is
 * chosen on it rewrites that entry.
 */
export function followTheUrl(): void {
  let reading = true;
  const read = (hash: string) => {
    reading = true;
    readUrl(hash);
    reading = false;
  };
  read(location.hash);
  // of the event: the address itself may have been rewritten between the change and its being told
  window.addEventListener('hashchange', ({ newURL }) => read(new URL(newURL).hash));
  let timer: ReturnType<typeof setTimeout> | undefined;
  lab.subscribe((state, before) => {
    if (writeAddress(state) === writeAddress(before)) return;
    clearTimeout(timer);
    if (!reading && state.linkFaults.length > 0) lab.setState({ linkFaults: [] }); // a person has chosen something else
    if (state.view !== before.view && !reading) {
      rewriteAddress(writeAddress(before));
      pushAddress(writeAddress(state));
    } else timer = setTimeout(() => rewriteAddress(writeAddress(state)), REST_MS);
  });
}
