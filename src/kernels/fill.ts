/** Repeatable contents for kernel cases: plain number arrays from a seed (mulberry32, so that cases need no device). */

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const build = (count: number, seed: number, draw: (random: () => number) => number): number[] => {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => draw(random));
};

/** Normal(0, scale), rounded to f32 so that every precision starts from the same numbers. */
export const normal = (count: number, seed: number, scale = 1): number[] =>
  build(count, seed, (random) =>
    Math.fround(scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
  );

/** Uniform in [low, high), rounded to f32. */
export const uniform = (count: number, seed: number, low: number, high: number): number[] =>
  build(count, seed, (random) => Math.fround(low + (high - low) * random()));

/** Integers in [0, below). */
export const integers = (count: number, seed: number, below: number): number[] =>
  build(count, seed, (random) => Math.floor(random() * below));

export const filled = (count: number, value = 0): number[] => new Array<number>(count).fill(value);

/** What stands in an output before a kernel writes it; whatever a kernel must not touch keeps it. */
export const unwritten = (count: number): number[] => filled(count, 7.5);

/** Start and end of its segment for each of the tokens of segments laid end to end. */
export function segments(lengths: readonly number[]): { starts: number[]; ends: number[]; positions: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  const positions: number[] = [];
  let start = 0;
  for (const length of lengths) {
    for (let i = 0; i < length; i++) {
      starts.push(start);
      ends.push(start + length);
      positions.push(i);
    }
    start += length;
  }
  return { starts, ends, positions };
}
