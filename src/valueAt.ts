/** Values by dotted path. Any room may import this file. */

/** Value at a path such as `grpo.steps` or `own.problems.0`; the value itself for an empty path, undefined where a key is missing. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
      value,
    );
}
