/**
 * Answers as verifiers read them. Spaces around and within, the case of letters, and typographic signs in place of the
 * keyboard's do not decide whether an answer is right. Digits that a space parts stay two numbers: "1 2" is not 12.
 */

/** White space, the no-break ones and the byte-order mark included, and what has no width at all. */
const SPACES = /[\s\u180e\u200b\u2060]+/g;
/** Hyphens, figure dash, en dash, minus; times, asterisk and dot operators; divisions. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2013\u2212\ufe63\uff0d]/g, '-'],
  [/[\u00b7\u00d7\u2217\u22c5\u2715\u2716]/g, '*'],
  [/[\u00f7\u2215]/g, '/'],
];
/** A space that is neither between two letters, digits or points, as those of "1 2", "no 1" and "3. 5" are. */
const IDLE_SPACE = /(?<![\p{L}\p{N}.]) | (?![\p{L}\p{N}.])/gu;

/** Text in the keyboard's signs; every run of white space is one space, and none is left around it. */
export const typed = (text: string): string =>
  SIGNS.reduce((now, [from, to]) => now.replace(from, to), text.replace(SPACES, ' ')).trim();

/** An answer of words and numbers without the spaces that part neither: "4 * 3" is "4*3". */
export const plain = (text: string): string => typed(text).replace(IDLE_SPACE, '');

/** An answer of single signs in a row, as the moves "R D D R", without any space. */
export const joined = (text: string): string => typed(text).replaceAll(' ', '');

/** ASCII letters in one case. */
export const folded = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether two texts are one answer. @param read how spaces count */
export const isSameText = (a: string, b: string, read = plain): boolean => folded(read(a)) === folded(read(b));
