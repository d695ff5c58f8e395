/** Value of an IEEE 754 half: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Numbers of F32, F16, BF16 (exactly) or F64 (rounded) as f32; null where they are of another type. `bytes` owns its buffer. */
export function toF32(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array<ArrayBuffer> | null {
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(bytes.buffer));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(bytes.buffer), fromHalf);
  if (dtype !== 'BF16') return null;
  return new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (bits) => bits << 16).buffer);
}
