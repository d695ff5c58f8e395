/** Asks before the page is left, where that loses a run: its charts and rollouts are on this page alone. */
import { lab } from '../store/lab';
import { runAtStake } from '../store/start';

/** @returns what ends it */
export function askBeforeLeaving(page: EventTarget): () => void {
  const ask = (event: Event) => {
    if (runAtStake(lab.getState())) event.preventDefault();
  };
  page.addEventListener('beforeunload', ask);
  return () => page.removeEventListener('beforeunload', ask);
}
