/** CRC-32 of zip, PNG and gzip: it detects any change within 32 neighbouring bits. */

/** Bytes of one turn of the loop (slicing-by-8, Kounavis and Berry 2005): three times as fast as one byte at a time. */
const SLICES = 8;

/** Remainder of each byte. */
const BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** Table k has the remainder of a byte that k bytes follow. */
const TABLES = Array.from({ length: SLICES }, (_, k) =>
  BYTE.map((remainder) => {
    let c = remainder;
    for (let i = 0; i < k; i++) c = BYTE[c & 255]! ^ (c >>> 8);
    return c;
  }),
);
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
];

/** @param before checksum of the bytes before these; 0 for none */
export function crc32(bytes: Uint8Array, before = 0): number {
  let c = ~before;
  let i = 0;
  for (const end = bytes.length - (SLICES - 1); i < end; i += SLICES) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c =
      T7[c & 255]! ^
      T6[(c >>> 8) & 255]! ^
      T5[(c >>> 16) & 255]! ^
      T4[c >>> 24]! ^
      T3[bytes[i + 4]!]! ^
      T2[bytes[i + 5]!]! ^
      T1[bytes[i + 6]!]! ^
      T0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) c = T0[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}
