/** Numbers with their units, as text. Any room may import this file. */

export const mebibytes = (bytes: number): string => {
  const size = bytes / 2 ** 20;
  return `${size.toFixed(size < 10 ? 1 : 0)} MiB`;
};

/** Size of something stored, such as "8 KiB", "12 MiB" or "1.4 GiB". */
export function storageSize(bytes: number): string {
  if (bytes < 2 ** 20) return `${Math.ceil(bytes / 2 ** 10)} KiB`;
  if (bytes < 2 ** 30) return mebibytes(bytes);
  return `${(bytes / 2 ** 30).toFixed(bytes < 10 * 2 ** 30 ? 1 : 0)} GiB`;
}

/** @param share in [0, 1]: 0.123 → "12.3 %" */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** Duration in words for the long ones: "1:50", "2 h 5 min". */
export const duration = (seconds: number): string =>
  seconds < 3600 ? clock(seconds) : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;

/** Duration without false precision: "50 s", "12 min", "3 h". */
export function roughly(seconds: number): string {
  if (seconds < 55) return `${Math.max(10, 10 * Math.round(seconds / 10))} s`;
  if (seconds < 90 * 60) return `${Math.max(1, Math.round(seconds / 60))} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Duration as m:ss. */
export const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
