/** Safetensors: exact widening, and the checks of the official library. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from './safetensors';

function file(header: unknown, numbers: ArrayLike<number> & Iterable<number>): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(Uint8Array.from(numbers), 8 + text.length);
  return bytes;
}
const entry = (start: number, end: number, dtype = 'F32', size = (end - start) / (dtype === 'F32' ? 4 : 2)) => ({
  dtype,
  shape: [size],
  data_offsets: [start, end],
});
const halves = (...bits: number[]) => new Uint8Array(Uint16Array.from(bits).buffer);
const zeros = (n: number) => new Uint8Array(n);

test('widens F16 and BF16 exactly', () => {
  const f16 = readSafetensors(file({ a: entry(0, 10, 'F16') }, halves(0x3c00, 0xc000, 0x0001, 0x7bff, 0x3555)));
  expect([...(f16.get('a')?.data ?? [])]).toEqual([1, -2, 2 ** -24, 65504, 1365 / 4096]);
  const bf16 = readSafetensors(file({ a: entry(0, 6, 'BF16') }, halves(0x3f80, 0xc000, 0x0001)));
  expect([...(bf16.get('a')?.data ?? [])]).toEqual([1, -2, 2 ** -133]);
});

test.each([
  ['trailing bytes', file({ a: entry(0, 4) }, zeros(8)), '4 bytes follow the last tensor'],
  ['a gap', file({ a: entry(0, 4), b: entry(8, 12) }, zeros(12)), 'b starts at byte 8'],
  ['an overlap', file({ a: entry(0, 8), b: entry(4, 12) }, zeros(12)), 'b starts at byte 4'],
  ['a key twice', file(`{"a":${JSON.stringify(entry(0, 4))},"a":${JSON.stringify(entry(0, 4))}}`, zeros(4)), 'a'],
  ['metadata of numbers', file({ __metadata__: { n: 1 }, a: entry(0, 4) }, zeros(4)), '__metadata__'],
  ['another type', file({ a: entry(0, 4, 'I32', 1) }, zeros(4)), 'a has type I32'],
  ['a NaN', file({ a: entry(0, 8) }, new Uint8Array(Float32Array.of(0, NaN).buffer)), 'a has NaN at element 1'],
  ['an infinite half', file({ a: entry(0, 4, 'F16') }, halves(0, 0xfc00)), 'a has -Infinity at element 1'],
])('rejects %s', (_, bytes, message) => {
  expect(() => readSafetensors(bytes)).toThrow(message);
});

test('reads a Node Buffer, whose slices share memory', () => {
  const bytes = Buffer.from(file({ a: entry(0, 4), b: entry(4, 8) }, new Uint8Array(Float32Array.of(3, 4).buffer)));
  expect([...(readSafetensors(bytes).get('b')?.data ?? [])]).toEqual([4]);
});

describe('rejects what the official library rejects (goldens/make_safetensors_goldens.py)', () => {
  const vectors = JSON.parse(readFileSync(path.join(import.meta.dirname, 'goldens/safetensors.json'), 'utf8')) as {
    name: string;
    file: string;
    error: string | null;
  }[];
  /** Files that only the library accepts: a name with two values, and a list in place of an object. */
  const stricter = [
    'a metadata key twice',
    'a tensor twice',
    'a tensor twice, once escaped',
    'a tensor that is a list',
  ];
  test.each(vectors)('$name', ({ name, file, error }) => {
    const read = () => readSafetensors(Buffer.from(file, 'base64'));
    if (error !== null || stricter.includes(name)) expect(read).toThrow(/^model\.safetensors: /);
    else expect(read).not.toThrow();
  });
});
