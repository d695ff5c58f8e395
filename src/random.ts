/**
 * Seeded random numbers outside the shaders: initial weights, problems, traces, shuffles. A seed and labels name a stream, so
 * that more draws in one place never shift another. Any room may import this file.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Position of a stream as plain data: the state of its generator, four 32-bit integers. */
export type RandomState = readonly number[];

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Normal(0, 1) by the Box–Muller transform. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** Current position of the stream, for a checkpoint. */
  state(): RandomState;
  /** Continues from a position. */
  restore(state: RandomState): void;
}

/**
 * 32-bit hash of the labels' text: FNV-1a, then murmur3's finalizer. Without the finalizer, the lowest bit is the parity of
 * the text's lowest bits, which is the answer of some problems.
 */
export function hash(...labels: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const char of labels.join('\u0000')) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Stream of random numbers by seed and labels. */
export function random(seed: number, ...labels: readonly (string | number)[]): Random {
  let generator = xoroshiro128plus(hash(seed, ...labels) | 0);
  const next = () => uniformFloat64(generator);
  return {
    next,
    integer: (low, high) => uniformInt(generator, low, high),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[uniformInt(generator, 0, items.length - 1)] as (typeof items)[number],
    state: () => [...generator.getState()],
    restore(state) {
      generator = xoroshiro128plusFromState(state);
    },
  };
}

/** Items in a random order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], stream: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = stream.integer(0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
