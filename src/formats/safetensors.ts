/**
 * Safetensors files: 8 bytes of header length, a JSON header of names, shapes and byte ranges, then the numbers. This file
 * writes F32, and reads F32, F16, BF16 and F64 as f32.
 */
import type { Tensors } from '../model/parameters';
import { excerpt } from '../quote';
import { readHeader } from './safetensorsHeader';
import { toF32 } from './widen';

export function writeSafetensors(tensors: Tensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = new TextEncoder().encode(text + ' '.repeat((8 - (text.length % 8)) % 8));
  const bytes = new Uint8Array(8 + padded.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  bytes.set(padded, 8);
  let at = 8 + padded.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Tensors of a safetensors file as f32.
 * @param skipped selects tensors to leave out, by name
 * @throws naming the file and the tensor if the official library rejects the bytes, or a number is not finite
 */
export function readSafetensors(
  bytes: Uint8Array,
  where = 'model.safetensors',
  skipped: (name: string) => boolean = () => false,
): Tensors {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { name, dtype, shape, bytes: stored } of readHeader(bytes, where)) {
    if (skipped(name)) continue;
    const data = toF32(stored, dtype);
    if (!data)
      throw new Error(
        `${where}: ${excerpt(name)} has type ${dtype}; only F32, F16, BF16 and F64 are read: save the model in one of them`,
      );
    const bad = data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new Error(
        `${where}: ${excerpt(name)} has ${data[bad]} at element ${bad}; the weights are damaged or their training diverged: use an earlier checkpoint`,
      );
    tensors.set(name, { shape, data });
  }
  return tensors;
}
