/** Suggestions for mistyped names. */
import { closest, distance } from 'fastest-levenshtein';

/** Letters that may differ in a text of any length. */
const MOST_EDITS = 2;

/** The nearest of the names; null if none is near. */
export function nearest(text: string, names: readonly string[]): string | null {
  const begun = text.length > 1 ? names.filter((name) => name.startsWith(text) || text.startsWith(name)) : [];
  const name = closest(text, begun.length > 0 ? begun : names);
  if (begun.length > 0) return name;
  const edits = distance(text, name);
  const most = Math.max(MOST_EDITS, Math.floor(text.length / 3));
  return edits <= most && edits < Math.min(text.length, name.length) ? name : null;
}

/** `; did you mean --model?`, or empty if no name is near. */
export function didYouMean(text: string, names: readonly string[], before = ''): string {
  const name = nearest(text.toLowerCase(), names);
  return name === null ? '' : `; did you mean ${before}${name}?`;
}
