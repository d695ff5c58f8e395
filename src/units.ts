/** Numbers with units, for people. */

export const mebibytes = (bytes: number): string => {
  const size = bytes / 2 ** 20;
  return `${size.toFixed(size < 10 ? 1 : 0)} MiB`;
};
