/** Fields in which two recipes differ. */
import type { Recipe } from './recipe';

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function differences(before: unknown, after: unknown, path: readonly string[]): string[] {
  if (isSection(before) && isSection(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], [...path, name]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path.join('.')];
}

/** Paths of the fields that differ, such as `grpo.beta`. A list is one field. */
export const changedFields = (before: Recipe, after: Recipe): string[] => differences(before, after, []);
