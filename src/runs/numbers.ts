/**
 * JSON with arrays of numbers in full precision: `{"f32":"…"}` holds the bytes of a Float32Array in base64, little-endian.
 * Files of earlier versions have plain arrays, which stay arrays.
 */
import { fromBase64, toBase64 } from '../bytes';
import { parseJson } from '../json';
import { quote } from '../quote';
import { messageOf } from './files';

const KINDS = { f32: Float32Array, f64: Float64Array, u8: Uint8Array, u16: Uint16Array, u32: Uint32Array } as const;
type Kind = keyof typeof KINDS;
const kinds = Object.entries(KINDS) as [Kind, (typeof KINDS)[Kind]][];

function bytesOf(text: string, key: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(text);
  } catch {
    throw new Error(`${key}: ${quote(text)} is no base64; the line is damaged`);
  }
}

function encode(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error(`${key || 'value'} is ${value}, which JSON cannot hold; store a finite number`);
  if (!ArrayBuffer.isView(value)) return value;
  const kind = kinds.find(([, type]) => value instanceof type)?.[0];
  if (!kind) throw new Error(`${key} is a ${value.constructor.name}, which the journal does not store`);
  return { [kind]: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
}

function decode(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  const kind = keys.length === 1 && Object.hasOwn(KINDS, keys[0]!) ? (keys[0] as Kind) : null;
  if (!kind) return value;
  const text = (value as Record<string, unknown>)[kind];
  if (typeof text !== 'string') return value;
  const bytes = bytesOf(text, key);
  const type = KINDS[kind];
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0)
    throw new Error(`${key}: ${bytes.length} bytes are no whole number of ${kind}; the line is damaged`);
  return new type(bytes.buffer);
}

/** JSON text of a value; typed arrays keep each bit. @throws for a number that is not finite, outside typed arrays */
export const numbersToText = (value: unknown): string => JSON.stringify(value, encode);

/** Decodes typed arrays in place. @throws naming the key of an array that is damaged */
function withNumbers(json: unknown, key: string): unknown {
  const value = decode(key, json);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const [name, inner] of Object.entries(value))
    (value as Record<string, unknown>)[name] = withNumbers(inner, name);
  return value;
}

/**
 * Value of parsed JSON with its typed arrays.
 * @param where name of the text that the JSON comes from
 * @param key name of the value itself; empty for a whole text
 * @throws naming the place and the key of an array that is damaged
 */
export function numbersAt(json: unknown, where: string, key = ''): unknown {
  try {
    return withNumbers(json, key);
  } catch (error) {
    throw new Error(`${where}: ${messageOf(error)}`);
  }
}

/**
 * Value of a JSON text that `numbersToText` or an earlier version wrote.
 * @param where name of the text
 * @throws naming the place of the fault
 */
export const numbersFromText = (text: string, where = 'the event'): unknown => numbersAt(parseJson(text, where), where);
