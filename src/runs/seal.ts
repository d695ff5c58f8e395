/**
 * Sealed JSON: one line that carries a checksum of itself and stays valid JSON, such as
 * `{"n":12,"at":"grpo-3","crc":"a9247625","event":{…}}`.
 */
import { crc32 } from './crc32';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param text UTF-8 of the value's JSON */
const checksum = (head: string, key: string, text: Uint8Array): string =>
  crc32(text, crc32(encoder.encode(`${head}${key}:`)))
    .toString(16)
    .padStart(8, '0');

/**
 * Seals a JSON text.
 * @param key name of the value
 * @param head other members, each with a comma after it
 */
export const seal = (key: string, text: string, head = ''): string =>
  `{${head}"crc":"${checksum(head, key, encoder.encode(text))}","${key}":${text}}`;

export interface Unsealed {
  readonly head: string;
  readonly text: string;
}

const START = /^\{((?:"n":\d{1,15},)?(?:"at":"[\w-]{1,64}",)?)"crc":"([0-9a-f]{8})","([a-z]+)":/;

/** Head and text of a sealed line; null if the line is not sealed under this key, or is damaged. */
export function unseal(line: Uint8Array, key: string): Unsealed | null {
  let whole: string;
  try {
    whole = decoder.decode(line);
  } catch {
    return null;
  }
  const [start, head = '', crc, named] = START.exec(whole) ?? [];
  if (start === undefined || named !== key || !whole.endsWith('}')) return null;
  // the start is ASCII, so it has as many bytes as characters
  const isWhole = checksum(head, key, line.subarray(start.length, -1)) === crc;
  return isWhole ? { head, text: whole.slice(start.length, -1) } : null;
}

/** SHA-256 of bytes, hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
