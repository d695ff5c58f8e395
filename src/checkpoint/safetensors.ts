/** Safetensors, f32: 8 bytes of header length, a JSON header of names, shapes and byte ranges, then the numbers. */
import { parseJsonFile } from '../json';
import type { Tensors } from '../model/parameters';

interface Entry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}

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

const isIntegers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** @throws naming the file and the tensor where the bytes are no safetensors of f32 */
export function readSafetensors(bytes: Uint8Array, where = 'model.safetensors'): Tensors {
  const fail = (why: string): never => {
    throw new Error(`${where}: ${why}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are too few for a safetensors header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) fail(`its header claims ${length} bytes, the file has ${bytes.length}`);
  const header = parseJsonFile(bytes.subarray(8, 8 + length), `${where}: its header`);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return fail('its header is no JSON object');
  const numbers = bytes.subarray(8 + length);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const [name, entry] of Object.entries(header as Record<string, Entry | null>)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: range } = entry ?? {};
    if (dtype !== 'F32') fail(`${name} has type ${String(dtype)}; only F32 is read`);
    if (!isIntegers(shape) || !isIntegers(range) || range.length !== 2) return fail(`${name} has no shape or no range`);
    const [start, end] = range as [number, number];
    const size = shape.reduce((product, n) => product * n, 1);
    if (end - start !== size * 4 || end > numbers.length)
      fail(
        `${name} [${shape}] needs ${size * 4} bytes, its range ${start}–${end} of ${numbers.length} does not hold them`,
      );
    tensors.set(name, { shape, data: new Float32Array(new Uint8Array(numbers.subarray(start, end)).buffer) });
  }
  return tensors;
}
