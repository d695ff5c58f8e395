/** Halves on the host: every one of them there and back, and what lies between. */
import { expect, it } from 'vitest';
import { fromStored, roundToHalf, toStored } from './dtype';

const NAN = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 1023) !== 0;

it('every half reads back as it was stored', () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const numbers = fromStored(all.buffer, 'f16');
  const again = toStored(numbers, 'f16');
  const changed = [...all].filter((bits) => !NAN(bits) && again[bits] !== bits);
  expect(changed).toEqual([]);
  expect([...all].filter((bits) => NAN(bits) !== Number.isNaN(numbers[bits]))).toEqual([]);
});

it.each([
  [1 + 2 ** -11, 1], // halfway: to the even one
  [1 + 3 * 2 ** -11, 1 + 2 ** -9],
  [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
  [-(2 ** -25), -0],
  [1.5 * 2 ** -24, 2 ** -23],
  [2 ** -14 - 2 ** -26, 2 ** -14],
  [65519, 65504],
  [65520, Number.POSITIVE_INFINITY],
  [-1e9, Number.NEGATIVE_INFINITY],
])('%f becomes %f', (value, half) => {
  expect(roundToHalf(value)).toBe(half);
  expect(fromStored(toStored([value], 'f16').buffer as ArrayBuffer, 'f16')[0]).toBe(half);
});

it('stores an odd number of halves in whole words', () => {
  expect(toStored([1, 2, 3], 'f16').byteLength).toBe(8);
});
