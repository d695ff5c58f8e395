/**
 * The two storage types of numbers, and the conversion between them on the host. f16 (IEEE 754 binary16) is for storage only:
 * kernels widen what they read and narrow what they write.
 */
import { halfBits, halfValue } from '../float16';

export type Dtype = 'f32' | 'f16';

/** Bytes per number. */
export const BYTES: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2 };

/** Largest relative change when a number is stored in f16, for any rounding mode of an adapter. */
export const HALF_ROUNDING = 2 ** -10;

/** Encodes numbers as stored: whole 32-bit words, the last padded with 0. */
export function toStored(numbers: ArrayLike<number>, dtype: Dtype): Float32Array | Uint16Array {
  if (dtype === 'f32') return Float32Array.from(numbers);
  const halves = new Uint16Array(Math.ceil(numbers.length / 2) * 2);
  for (let i = 0; i < numbers.length; i++) halves[i] = halfBits(numbers[i]!);
  return halves;
}

/** Converts f16 bits to f32. */
export function widen(halves: Uint16Array, into: Float32Array): void {
  for (let i = 0; i < halves.length; i++) into[i] = halfValue(halves[i]!);
}

/** Converts f32 to the nearest f16 bits. */
export function narrow(numbers: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = halfBits(numbers[i]!);
}

/** Decodes stored bytes to f32. */
export const fromStored = (bytes: ArrayBuffer, dtype: Dtype): Float32Array =>
  dtype === 'f32' ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), halfValue);
