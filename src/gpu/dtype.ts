/**
 * The two storage types of numbers, and the conversion between them on the host. f16 (IEEE 754 binary16) is for storage only:
 * kernels widen what they read and narrow what they write.
 */

export type Dtype = 'f32' | 'f16';

/** Bytes per number. */
export const BYTES: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2 };

/** Largest relative change when a number is stored in f16, for any rounding mode of an adapter. */
export const HALF_ROUNDING = 2 ** -10;

/** Smallest normal f16. Values below it are multiples of 2⁻²⁴. */
const MIN_NORMAL = 2 ** -14;
/** 2¹⁶ − 2⁴. From here on the nearest f16 is infinity. */
const OVERFLOW = 65520;

/** Rounds to the nearest integer, ties to even. */
function roundEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Rounds to the nearest f16, ties to even. */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (!(size < OVERFLOW)) return Number.isNaN(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  const unit = size < MIN_NORMAL ? 2 ** -24 : 2 ** (Math.floor(Math.log2(size)) - 10);
  return Math.sign(value) * roundEven(size / unit) * unit;
}

/** Bits of the nearest f16. */
function toBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const half = Math.abs(roundToHalf(value));
  if (Number.isNaN(half)) return 0x7e00;
  if (half === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (half < MIN_NORMAL) return sign | (half * 2 ** 24);
  const exponent = Math.floor(Math.log2(half));
  return sign | ((exponent + 15) << 10) | (half / 2 ** (exponent - 10) - 1024);
}

function fromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Encodes numbers as stored: whole 32-bit words, the last padded with 0. */
export function toStored(numbers: ArrayLike<number>, dtype: Dtype): Float32Array | Uint16Array {
  if (dtype === 'f32') return Float32Array.from(numbers);
  const halves = new Uint16Array(Math.ceil(numbers.length / 2) * 2);
  for (let i = 0; i < numbers.length; i++) halves[i] = toBits(numbers[i]!);
  return halves;
}

/** Converts f16 bits to f32. */
export function widen(halves: Uint16Array, into: Float32Array): void {
  for (let i = 0; i < halves.length; i++) into[i] = fromBits(halves[i]!);
}

/** Converts f32 to the nearest f16 bits. */
export function narrow(numbers: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toBits(numbers[i]!);
}

/** Decodes stored bytes to f32. */
export const fromStored = (bytes: ArrayBuffer, dtype: Dtype): Float32Array =>
  dtype === 'f32' ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), fromBits);
