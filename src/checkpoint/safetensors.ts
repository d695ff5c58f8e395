/**
 * Safetensors: 8 bytes of header length, a JSON header of names, shapes and byte ranges, then the numbers.
 * Writes F32; reads F32, F16 and BF16 as f32 and refuses the layouts that the official library refuses.
 */
import { parseJsonFile } from '../json';
import type { Tensors } from '../model/parameters';
import { excerpt } from '../quote';
import { widen, widths } from './widen';

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

const isStringMap = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === 'string');

/** Largest header that the official library reads, in bytes. */
const HEADER_LIMIT = 100_000_000;

/**
 * Tensors of a safetensors file, widened to f32.
 * @throws naming the file and the tensor where the official library would refuse the bytes, or a number is not finite
 */
export function readSafetensors(bytes: Uint8Array, where = 'model.safetensors'): Tensors {
  const fail = (why: string): never => {
    throw new Error(`${where}: ${why}; save the model again`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are too few for a safetensors header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > HEADER_LIMIT) fail(`its header claims ${length} bytes, more than ${HEADER_LIMIT}`);
  if (length > bytes.length - 8) fail(`its header claims ${length} bytes, the file has ${bytes.length}`);
  const header = parseJsonFile(bytes.subarray(8, 8 + length), `${where}: its header`);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return fail('its header is no JSON object');
  const numbers = bytes.subarray(8 + length);
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>;
  if (metadata !== undefined && metadata !== null && !isStringMap(metadata))
    fail('__metadata__ is no object of strings');
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const ranges: { name: string; start: number; end: number }[] = [];
  for (const [key, entry] of Object.entries(entries as Record<string, Entry | null>)) {
    const name = excerpt(key);
    const { dtype, shape, data_offsets: range } = entry ?? {};
    const width = typeof dtype === 'string' ? widths.get(dtype) : undefined;
    if (width === undefined) return fail(`${name} has type ${excerpt(String(dtype))}; only F32, F16 and BF16 are read`);
    if (!isIntegers(shape) || !isIntegers(range) || range.length !== 2) return fail(`${name} has no shape or no range`);
    const [start, end] = range as [number, number];
    const size = shape.reduce((product, n) => product * n, 1);
    if (end - start !== size * width || end > numbers.length)
      fail(
        `${name} [${excerpt(String(shape))}] needs ${size * width} bytes, its range ${start}–${end} of ${numbers.length} does not hold them`,
      );
    ranges.push({ name, start, end });
    const data = widen(new Uint8Array(numbers.subarray(start, end)), dtype as string);
    const bad = data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) fail(`${name} has ${data[bad]} at element ${bad}`);
    tensors.set(key, { shape, data });
  }
  let at = 0;
  for (const { name, start, end } of ranges.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) fail(`${name} starts at byte ${start}, the tensor before it ends at ${at}`);
    at = end;
  }
  if (at !== numbers.length) fail(`${numbers.length - at} bytes follow the last tensor`);
  return tensors;
}
