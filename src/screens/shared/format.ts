/** Numbers as the screens show them: with a true minus sign, and "–" where there is none. */
import { percent as percentText } from '../../units';

/** Reward or advantage: signed, two decimals. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

export const fixed = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits).replace('-', '−');

/** Share in whole percent, with a space that keeps the unit beside its number. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : percentText(share, 0).replace(' ', '\u00a0');

/** Share in words: "about 1 in 3", "nearly all", "none". */
export function inWords(share: number): string {
  if (share <= 0.005) return 'none';
  if (share >= 0.995) return 'all';
  if (share >= 0.9) return 'nearly all';
  if (share > 0.55) return `about ${Math.round(share * 10)} in 10`;
  if (share >= 0.4) return 'about half';
  return `about 1 in ${Math.round(1 / share)}`;
}
