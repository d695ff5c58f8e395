/** Backgrounds of tokens by a number. Few shades, so that neighbours share a span; text stays easy to read on each. */

/** Shades between none and the strongest. */
const LEVELS = 6;
/** Strongest share of the hue, percent. */
const MOST = 42;

function shade(hue: string, share: number): string | null {
  const level = Math.round(Math.min(1, Math.max(0, share)) * LEVELS);
  return level === 0 ? null : `color-mix(in srgb, var(${hue}) ${Math.round((MOST * level) / LEVELS)}%, transparent)`;
}

/** Unsigned number on a scale from 0 to `most`. */
export const shadeOf = (value: number, most: number): string | null => shade('--teal', most > 0 ? value / most : 0);

/** Signed number: blue above 0, orange below. */
export const signedShadeOf = (value: number, most: number): string | null =>
  shade(value < 0 ? '--orange' : '--blue', most > 0 ? Math.abs(value) / most : 0);

/** Shade of a surprising token, from its log-probability: none at probability 1, the strongest from 1 in 50. */
export const surpriseShade = (logprob: number): string | null => shadeOf(-logprob, Math.log(50));
