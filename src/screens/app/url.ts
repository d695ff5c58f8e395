/** Keeps address and screen in step: a link opens what it names, and every choice can be linked to. */
import { lab } from '../../store/lab';
import { readAddress, writeAddress } from './address';
import { pushAddress, rewriteAddress } from './browser';

function readUrl(hash: string): void {
  const { changes, faults } = readAddress(hash, lab.getState());
  lab.setState({ ...changes, linkFaults: faults });
}

/** Milliseconds of rest before the address is rewritten: browsers limit how often a page may do so. */
const REST_MS = 250;

/**
 * Reads the address now and when it changes, and writes choices back. Each screen is a history entry of its own; choices on it
 * rewrite that entry.
 */
export function followTheUrl(): void {
  let reading = true;
  const read = (hash: string) => {
    reading = true;
    readUrl(hash);
    reading = false;
  };
  read(location.hash);
  // from the event: the page may have rewritten the address since
  window.addEventListener('hashchange', ({ newURL }) => read(new URL(newURL).hash));
  let timer: ReturnType<typeof setTimeout> | undefined;
  lab.subscribe((state, before) => {
    if (writeAddress(state) === writeAddress(before)) return;
    clearTimeout(timer);
    if (!reading && state.linkFaults.length > 0) lab.setState({ linkFaults: [] }); // the person has moved on
    if (state.screen !== before.screen && !reading) {
      rewriteAddress(writeAddress(before));
      pushAddress(writeAddress(state));
    } else timer = setTimeout(() => rewriteAddress(writeAddress(state)), REST_MS);
  });
}
