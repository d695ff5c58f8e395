/** Theme of the page: light or dark by choice, else as the system is set. */
import { useSyncExternalStore } from 'react';
import { prefersDark, recall, remember } from './browser';

export type Theme = 'light' | 'dark' | 'system';

const listeners = new Set<() => void>();

function theme(): Theme {
  const chosen = recall('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

function apply(): void {
  const { dataset } = document.documentElement;
  const chosen = theme();
  if (chosen === 'system') delete dataset.theme;
  else dataset.theme = chosen;
}

export function setTheme(chosen: Theme): void {
  remember('theme', chosen);
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  apply();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True where the page is dark by choice or by the system. */
export function useDark(): boolean {
  const chosen = useSyncExternalStore(subscribe, theme);
  return chosen === 'system' ? prefersDark() : chosen === 'dark';
}
