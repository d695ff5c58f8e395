/** f16 on the host: every f16 value there and back, and rounding between two of them. */
import { expect, it } from 'vitest';
import { roundToHalf } from '../float16';
import { fromStored, toStored } from './dtype';

const NAN = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 1023) !== 0;

it('reads every f16 value back as stored', () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const numbers = fromStored(all.buffer, 'f16');
  const again = toStored(numbers, 'f16');
  const changed = [...all].filter((bits) => !NAN(bits) && again[bits] !== bits);
  expect(changed).toEqual([]);
  expect([...all].filter((bits) => NAN(bits) !== Number.isNaN(numbers[bits]))).toEqual([]);
});

it.each([
  [1 + 2 ** -11, 1], // halfway, so to the even one
  [1 + 3 * 2 ** -11, 1 + 2 ** -9],
  [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
  [-(2 ** -25), -0],
  [1.5 * 2 ** -24, 2 ** -23],
  [2 ** -14 - 2 ** -26, 2 ** -14],
  [65519, 65504],
  [65520, Number.POSITIVE_INFINITY],
  [-1e9, Number.NEGATIVE_INFINITY],
])('%f rounds to %f', (value, half) => {
  expect(roundToHalf(value)).toBe(half);
  expect(fromStored(toStored([value], 'f16').buffer as ArrayBuffer, 'f16')[0]).toBe(half);
});

it('pads an odd number of f16 values to whole words', () => {
  expect(toStored([1, 2, 3], 'f16').byteLength).toBe(8);
});
