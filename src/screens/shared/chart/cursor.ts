/** Playhead that several charts share: the place under the pointer. Moving it draws no chart again, only its hairline. */
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Place under the pointer; null without one. Charts whose x begins elsewhere convert it by their `origin`. */
export type Cursor = StoreApi<{ readonly x: number | null }>;

export const createCursor = (): Cursor => createStore(() => ({ x: null as number | null }));

export interface Playhead {
  readonly cursor: Cursor;
  /** Chosen place; null follows the newest point. */
  readonly selected: number | null;
  readonly onSelect: (x: number | null) => void;
}

/** Event of the run at a place: a change of the recipe, or a checkpoint. */
export interface Mark {
  readonly x: number;
  readonly kind: 'change' | 'checkpoint';
  readonly words: string;
}
