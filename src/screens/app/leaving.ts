/** Leaving the page: saves a checkpoint when the page is hidden, and asks before a run stops or is lost. */
import { saveSoon } from '../../store/control';
import { lab } from '../../store/lab';
import { leavingCosts } from '../../store/start';

/** Asks before a person closes or reloads the page. The browser chooses the words. @returns a function that stops asking */
export function askBeforeLeaving(page: EventTarget): () => void {
  const ask = (event: Event) => {
    if (leavingCosts(lab.getState())) event.preventDefault();
  };
  page.addEventListener('beforeunload', ask);
  return () => page.removeEventListener('beforeunload', ask);
}

/** Saves a checkpoint when the page is hidden: a phone may close a hidden page without a word. */
export function saveWhenHidden(page: EventTarget, document: EventTarget & Pick<Document, 'visibilityState'>): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') saveSoon();
  });
  page.addEventListener('pagehide', saveSoon);
}
