/** Stable sort of rows by a number, in linear time: radix sort of the bits of float64. */

const DIGIT = 16;
const BUCKETS = 1 << DIGIT;

/** High and low 32 bits of each key, as integers in the same order as the keys. */
function bitsOf(keys: Float64Array, descending: boolean): { high: Uint32Array; low: Uint32Array } {
  const words = new Uint32Array(keys.buffer); // little-endian: low word first
  const high = new Uint32Array(keys.length);
  const low = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const isNegative = words[2 * i + 1]! >>> 31 === 1;
    const flip = isNegative !== descending ? 0xffffffff : 0;
    high[i] = words[2 * i + 1]! ^ (descending ? (isNegative ? 0 : 0x7fffffff) : isNegative ? 0xffffffff : 0x80000000);
    low[i] = words[2 * i]! ^ flip;
  }
  return { high, low };
}

/**
 * Rows in the order of their keys. Equal keys keep their order; rows without a number come last.
 * @param keyOf number of a row; NaN for none
 */
export function ordered(rows: Uint32Array, keyOf: (row: number) => number, descending: boolean): Uint32Array {
  const sorted = new Uint32Array(rows.length);
  const without: number[] = [];
  const all = new Float64Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    const key = keyOf(rows[i]!);
    if (Number.isNaN(key)) without.push(rows[i]!);
    else {
      sorted[n] = rows[i]!;
      all[n++] = key + 0; // + 0 makes −0 equal to 0
    }
  }
  const { high, low } = bitsOf(all.slice(0, n), descending);
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  const counts = new Uint32Array(BUCKETS);
  for (const [words, shift] of [
    [low, 0],
    [low, DIGIT],
    [high, 0],
    [high, DIGIT],
  ] as const) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[(words[i]! >>> shift) & (BUCKETS - 1)]!++;
    if (n > 0 && counts[(words[0]! >>> shift) & (BUCKETS - 1)] === n) continue; // all alike
    let start = 0;
    for (let b = 0; b < BUCKETS; b++) {
      const count = counts[b]!;
      counts[b] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const item = from[i]!;
      to[counts[(words[item]! >>> shift) & (BUCKETS - 1)]!++] = item;
    }
    [from, to] = [to, from];
  }
  const result = new Uint32Array(rows.length);
  for (let i = 0; i < n; i++) result[i] = sorted[from[i]!]!;
  result.set(without, n);
  return result;
}
