/**
 * Answers as verifiers read them. Spaces around and within, the case of letters, and typographic signs in place of the
 * keyboard's do not decide whether an answer is right. Digits that a space parts stay two numbers: "1 2" is not 12.
 */

/** White space, no-break ones and the byte-order mark included, and what has no width: joiners, soft hyphens, marks of direction. */
const SPACES = /[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]+/g;
/** Ask for the sign before them as text or as an emoji. */
const SELECTORS = /\ufe0e|\ufe0f/g;
/** Hyphens, dashes, minus; times, asterisk, bullet and dot operators; divisions; and the wide forms of East Asian keyboards. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2014\u2212\u2796\ufe63\uff0d]/g, '-'],
  [/[\u00b7\u00d7\u2022\u2217\u22c5\u2715\u2716\u2a2f\uff0a]/g, '*'],
  [/[\u00f7\u2044\u2215\u2797\uff0f]/g, '/'],
  [/[\u2795\ufe62\uff0b]/g, '+'],
  [/\uff08/g, '('],
  [/\uff09/g, ')'],
  [/[\ufe66\uff1d]/g, '='],
];
/** A space that is neither between two letters, digits or points, as those of "1 2", "no 1" and "3. 5" are. */
const IDLE_SPACE = /(?<![\p{L}\p{N}.]) | (?![\p{L}\p{N}.])/gu;

/** Text in the keyboard's signs; every run of white space is one space, and none is left around it. */
export const typed = (text: string): string =>
  SIGNS.reduce((now, [from, to]) => now.replace(from, to), text.replace(SELECTORS, '').replace(SPACES, ' ')).trim();

/** An answer of words and numbers without the spaces that part neither: "4 * 3" is "4*3". */
export const plain = (text: string): string => typed(text).replace(IDLE_SPACE, '');

/** An answer of single signs in a row, as the moves "R D D R", without any space. */
export const joined = (text: string): string => typed(text).replaceAll(' ', '');

/** ASCII letters in one case. */
export const folded = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether two texts are one answer. @param read how spaces count */
export const isSameText = (a: string, b: string, read = plain): boolean => folded(read(a)) === folded(read(b));
