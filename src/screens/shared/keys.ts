/**
 * Keys of the page. A view registers its own while it is shown; a press takes the newest binding of its key. The list of keys
 * behind "?" shows all of them.
 */
import { useEffect } from 'react';

export interface KeyBinding {
  /** `KeyboardEvent.key`, so n and N differ; a space for the space bar. */
  readonly key: string;
  /** Action in words, such as "Next trace". */
  readonly label: string;
  run(): void;
  /** True where the key also works within the drawer. */
  readonly inDrawer?: boolean;
}

export interface KeyGroup {
  readonly title: string;
  readonly bindings: readonly KeyBinding[];
}

/** Groups in the order in which they came. */
let groups: readonly KeyGroup[] = [];

/** @returns a function that removes the group again */
export function registerKeys(group: KeyGroup): () => void {
  groups = [...groups, group];
  return () => {
    groups = groups.filter((one) => one !== group);
  };
}

/** Groups with the bindings that a press takes. */
export const keyGroups = (): readonly KeyGroup[] =>
  groups
    .map(({ title, bindings }) => ({ title, bindings: bindings.filter((one) => bindingOf(one.key) === one) }))
    .filter(({ bindings }) => bindings.length > 0);

export const bindingOf = (key: string): KeyBinding | undefined =>
  groups.flatMap(({ bindings }) => bindings).findLast((binding) => binding.key === key);

/** Registers keys while a view is shown. @param bindings a constant, or memoized */
export function useKeys(title: string, bindings: readonly KeyBinding[]): void {
  useEffect(() => registerKeys({ title, bindings }), [title, bindings]);
}
