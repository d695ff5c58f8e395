/**
 * Answers as verifiers read them. Spaces, letter case and other signs for the same thing do not make an answer wrong. A space
 * between digits still separates two numbers: "1 2" is not 12.
 */

/** White space, including no-break spaces and the byte-order mark; joiners, soft hyphens and marks of direction. */
const SPACES = /[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]+/g;
/** Variation selectors: they show the sign before them as text or as an emoji. */
const SELECTORS = /\ufe0e|\ufe0f/g;
/** Hyphens, dashes and minus; times, asterisk, bullet and dot operators; divisions; and full-width signs. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2014\u2212\u2796\ufe63\uff0d]/g, '-'],
  [/[\u00b7\u00d7\u2022\u2217\u22c5\u2715\u2716\u2a2f\uff0a]/g, '*'],
  [/[\u00f7\u2044\u2215\u2797\uff0f]/g, '/'],
  [/[\u2795\ufe62\uff0b]/g, '+'],
  [/\uff08/g, '('],
  [/\uff09/g, ')'],
  [/[\ufe66\uff1d]/g, '='],
];
/** A space with a sign or nothing on one side. Those of "1 2", "no 1" and "3. 5" do not match. */
const IDLE_SPACE = /(?<![\p{L}\p{N}.]) | (?![\p{L}\p{N}.])/gu;

/** Text in the keyboard's signs, trimmed, with one space for each run of white space. */
export const typed = (text: string): string =>
  SIGNS.reduce((now, [from, to]) => now.replace(from, to), text.replace(SELECTORS, '').replace(SPACES, ' ')).trim();

/** Answer of words and numbers without the spaces that separate neither: "4 * 3" becomes "4*3". */
export const plain = (text: string): string => typed(text).replace(IDLE_SPACE, '');

/** Answer of single signs without any space, as for the moves "R D D R". */
export const joined = (text: string): string => typed(text).replaceAll(' ', '');

/** Text with ASCII letters in lower case. */
export const folded = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** True if two texts are the same answer. @param read normalises spaces */
export const isSameText = (a: string, b: string, read = plain): boolean => folded(read(a)) === folded(read(b));
