/** Asks before a person leaves the page and loses a run: its charts and rollouts exist on this page only. */
import { lab } from '../../store/lab';
import { runAtStake } from '../../store/start';

/** @returns a function that stops asking */
export function askBeforeLeaving(page: EventTarget): () => void {
  const ask = (event: Event) => {
    if (runAtStake(lab.getState())) event.preventDefault();
  };
  page.addEventListener('beforeunload', ask);
  return () => page.removeEventListener('beforeunload', ask);
}
