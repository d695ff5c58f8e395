/** Numbers with their units, as they are told. */

export const mebibytes = (bytes: number): string => {
  const size = bytes / 2 ** 20;
  return `${size.toFixed(size < 10 ? 1 : 0)} MiB`;
};
