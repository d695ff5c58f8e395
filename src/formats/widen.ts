/** Widening of stored numbers to f32. */
import { halfValue } from '../float16';

/** Numbers of F32, F16, BF16 (exactly) or F64 (rounded) as f32; null for another type. `bytes` owns its buffer. */
export function toF32(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array<ArrayBuffer> | null {
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(bytes.buffer));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(bytes.buffer), halfValue);
  if (dtype !== 'BF16') return null;
  return new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (bits) => bits << 16).buffer);
}
