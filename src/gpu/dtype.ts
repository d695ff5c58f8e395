/**
 * The two sizes in which numbers are stored, and the way between them on the host. Half precision (IEEE 754 binary16) is for
 * storage alone: whatever computes with it widens what it reads and narrows what it keeps.
 */

export type Dtype = 'f32' | 'f16';

/** Bytes of one number. */
export const BYTES: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2 };

/** Largest share by which storing a number as a half changes it, whichever way an adapter rounds. */
export const HALF_ROUNDING = 2 ** -10;

/** Halves below this are multiples of 2⁻²⁴. */
const LEAST_NORMAL = 2 ** -14;
/** 2¹⁶ − 2⁴: from here on the nearest half is infinity. */
const OVERFLOW = 65520;

/** To the nearest whole number, halfway to the even one. */
function roundEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The nearest half, halfway to the even one. */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (!(size < OVERFLOW)) return Number.isNaN(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  const unit = size < LEAST_NORMAL ? 2 ** -24 : 2 ** (Math.floor(Math.log2(size)) - 10);
  return Math.sign(value) * roundEven(size / unit) * unit;
}

/** Bits of the nearest half. */
function toBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const half = Math.abs(roundToHalf(value));
  if (Number.isNaN(half)) return 0x7e00;
  if (half === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (half < LEAST_NORMAL) return sign | (half * 2 ** 24);
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

/** As they are stored; a whole number of 32-bit words, the last padded with 0. */
export function toStored(numbers: ArrayLike<number>, dtype: Dtype): Float32Array | Uint16Array {
  if (dtype === 'f32') return Float32Array.from(numbers);
  const halves = new Uint16Array(Math.ceil(numbers.length / 2) * 2);
  for (let i = 0; i < numbers.length; i++) halves[i] = toBits(numbers[i]!);
  return halves;
}

/** The numbers that halves stand for. */
export function widen(halves: Uint16Array, into: Float32Array): void {
  for (let i = 0; i < halves.length; i++) into[i] = fromBits(halves[i]!);
}

/** The nearest half of each number. */
export function narrow(numbers: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = toBits(numbers[i]!);
}

/** What was stored. */
export const fromStored = (bytes: ArrayBuffer, dtype: Dtype): Float32Array =>
  dtype === 'f32' ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), fromBits);
