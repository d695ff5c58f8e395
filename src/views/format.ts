/** How numbers are written: rewards and advantages signed with two decimals, losses with four, durations as m:ss. */
import { percent as inPercent } from '../units';

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

export const fixed = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits).replace('-', '−');

export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : inPercent(share, 0).replace(' ', '\u00a0');

export const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

/** "about 1 in 3", "nearly all", "none". */
export function inWords(share: number): string {
  if (share <= 0.005) return 'none';
  if (share >= 0.995) return 'all';
  if (share >= 0.9) return 'nearly all';
  if (share > 0.55) return `about ${Math.round(share * 10)} in 10`;
  if (share >= 0.4) return 'about half';
  return `about 1 in ${Math.round(1 / share)}`;
}
