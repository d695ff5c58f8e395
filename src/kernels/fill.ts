/** Repeatable contents for kernel cases: number arrays from a seed. */
import { type Random, random } from '../random';

const build = (count: number, seed: number, draw: (stream: Random) => number): number[] => {
  const stream = random(seed, 'kernel case');
  return Array.from({ length: count }, () => draw(stream));
};

/** Normal(0, scale), rounded to f32 so that every precision starts from the same numbers. */
export const normal = (count: number, seed: number, scale = 1): number[] =>
  build(count, seed, (stream) => Math.fround(scale * stream.normal()));

/** Uniform in [low, high), rounded to f32. */
export const uniform = (count: number, seed: number, low: number, high: number): number[] =>
  build(count, seed, (stream) => Math.fround(low + (high - low) * stream.next()));

/** Integers in [0, below). */
export const integers = (count: number, seed: number, below: number): number[] =>
  build(count, seed, (stream) => stream.integer(0, below - 1));

export const filled = (count: number, value = 0): number[] => new Array<number>(count).fill(value);

/** Initial contents of an output. Elements that a kernel must not touch keep this value. */
export const unwritten = (count: number): number[] => filled(count, 7.5);

/** Start and end of each token's segment, for packed segments, [N]. */
export function segments(lengths: readonly number[]): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let start = 0;
  for (const length of lengths) {
    for (let i = 0; i < length; i++) {
      starts.push(start);
      ends.push(start + length);
    }
    start += length;
  }
  return { starts, ends };
}
