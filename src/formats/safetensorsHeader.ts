/** Header of a safetensors file: names, types, shapes and byte ranges, with the checks of the official library. */
import { parseJson, utf8Text } from '../json';
import { excerpt, quote } from '../quote';

/** Bits per number of each type of the format. */
const BITS: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8 },
  ...{ F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32 },
  ...{ C64: 64, F64: 64, I64: 64, U64: 64 },
};

/** Largest header that the official library reads, bytes. */
const HEADER_LIMIT = 100_000_000;

const DAMAGED = 'the file is cut off or damaged: copy it again';
const INVALID = 'save the model again';

export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Numbers as stored. */
  readonly bytes: Uint8Array;
}

type Fail = (why: string, advice?: string) => never;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isIntegers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** JSON text with empty strings, so that only punctuation and numbers remain. */
const withoutStrings = (json: string): string => json.replace(/"(?:[^"\\]|\\.)*"/g, '""');

function parseHeader(bytes: Uint8Array, where: string, fail: Fail): Record<string, unknown> {
  if (bytes[0] === 0xef) fail('its header starts with a byte-order mark', INVALID);
  const text = utf8Text(bytes, `${where}: its header`);
  const header = parseJson(text, `${where}: its header`);
  if (!isObject(header)) return fail('its header is not a JSON object');
  // the format accepts 4, not 4.0, 4e0 or -0, which JSON.parse treats alike
  const odd = /-\d[\d.eE+-]*|\d+[.eE][\d.eE+-]*/.exec(withoutStrings(text));
  if (odd) fail(`its header has the number ${excerpt(odd[0])}, where whole numbers from 0 belong`);
  return header;
}

/** Checks that the ranges cover the numbers without a gap or an overlap. */
function checkCoverage(ranges: { name: string; start: number; end: number }[], size: number, fail: Fail): void {
  let at = 0;
  for (const { name, start, end } of ranges.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) fail(`${name} starts at byte ${start}, the tensor before it ends at ${at}`);
    at = end;
  }
  if (at !== size) fail(`${size - at} bytes follow the last tensor`, DAMAGED);
}

/**
 * Tensors of a safetensors file as stored.
 * @throws naming the file, the tensor, its fault and the remedy if the official library rejects the bytes
 */
export function readHeader(bytes: Uint8Array, where: string): StoredTensor[] {
  const fail: Fail = (why, advice = INVALID) => {
    throw new Error(`${where}: ${why}; ${advice}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are too few for a safetensors header`, DAMAGED);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > HEADER_LIMIT)
    fail(`its header claims ${length} bytes, more than ${HEADER_LIMIT}`, 'it is no safetensors file, or damaged');
  if (length > bytes.length - 8) fail(`its header claims ${length} bytes, the file has ${bytes.length}`, DAMAGED);
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, 8 + length), where, fail);
  const isText = (value: unknown) => typeof value === 'string';
  if (metadata !== undefined && metadata !== null && !(isObject(metadata) && Object.values(metadata).every(isText)))
    fail('__metadata__ is no object of strings');
  const numbers = bytes.subarray(8 + length);
  const ranges: { name: string; start: number; end: number }[] = [];
  const tensors = Object.entries(entries).map(([key, entry]): StoredTensor => {
    const name = excerpt(key);
    if (/\p{Surrogate}/u.test(key)) fail(`the name ${quote(key)} is half of a character`);
    if (!isObject(entry)) return fail(`${name} has no type, shape and range`);
    const { dtype, shape, data_offsets: range } = entry;
    const bits = typeof dtype === 'string' && Object.hasOwn(BITS, dtype) ? BITS[dtype]! : 0;
    if (bits === 0) fail(`${name} has type ${quote(dtype)}, which the format does not have`);
    if (!isIntegers(shape)) return fail(`${name} has shape ${quote(shape)}, which is no list of sizes`);
    if (!isIntegers(range) || range.length !== 2)
      return fail(`${name} has range ${quote(range)}, which is no start and end`);
    const [start, end] = range as [number, number];
    const size = (shape.reduce((product, n) => product * n, 1) * bits) / 8;
    if (end > numbers.length)
      fail(`${name} ends at byte ${end}, the numbers of the file at ${numbers.length}`, DAMAGED);
    if (end - start !== size)
      fail(`${name} [${excerpt(String(shape))}] takes ${size} bytes, its range ${start}–${end} has ${end - start}`);
    ranges.push({ name, start, end });
    return { name: key, dtype: dtype as string, shape, bytes: numbers.subarray(start, end) };
  });
  checkCoverage(ranges, numbers.length, fail);
  return tensors;
}
