/** Widening of stored numbers to f32. */
import { halfValue } from '../float16';

/** Numbers of F32, F16, BF16 (exactly) or F64 (rounded) as f32 in an array of their own; null for another type. */
export function toF32(stored: Uint8Array, dtype: string): Float32Array<ArrayBuffer> | null {
  // a copy takes memory: only f32 needs one, and numbers that start at an odd place
  const bytes = dtype === 'F32' || stored.byteOffset % 8 !== 0 ? new Uint8Array(stored) : stored;
  const { buffer, byteOffset, length } = bytes;
  if (dtype === 'F32') return new Float32Array(buffer as ArrayBuffer);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer, byteOffset, length / 8));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer, byteOffset, length / 2), halfValue);
  if (dtype !== 'BF16') return null;
  const bits = Uint32Array.from(new Uint16Array(buffer, byteOffset, length / 2), (half) => half << 16);
  return new Float32Array(bits.buffer);
}
