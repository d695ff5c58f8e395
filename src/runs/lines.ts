/** Lines of a file in parts: neither a large file nor all of its lines lie in memory at once. */
import { joinBytes } from '../bytes';
import type { Files } from './files';

/** Bytes of one read. */
const PART = 1 << 20;
/** Longest line with its end, bytes: a longer one is damage. */
export const LONGEST_LINE = 1 << 26;
const LINE_END = 10;

export interface Line {
  /** First byte in the file. */
  readonly start: number;
  /** First byte after the line and its end. */
  readonly end: number;
  /** Bytes without the line end. */
  readonly bytes: Uint8Array;
  /** False for a last line without a line end. */
  readonly isWhole: boolean;
}

/** Lines from a byte to the end of the file. A line over the limit comes cut off, as the last one. */
export async function* linesOfFile(files: Files, path: string, from = 0): AsyncGenerator<Line> {
  /** Parts of a line whose end is not read yet. */
  let rest: Uint8Array[] = [];
  let length = 0;
  let start = from;
  for (let at = from; length <= LONGEST_LINE; at += PART) {
    const part = await files.readRange(path, at, at + PART);
    if (!part || part.length === 0) break;
    let begin = 0;
    for (let end = part.indexOf(LINE_END); end >= 0; end = part.indexOf(LINE_END, begin)) {
      const bytes = joinBytes([...rest, part.subarray(begin, end)]);
      yield { start, end: start + bytes.length + 1, bytes, isWhole: true };
      start += bytes.length + 1;
      begin = end + 1;
      [rest, length] = [[], 0];
    }
    rest.push(part.subarray(begin));
    length += part.length - begin;
  }
  if (length > 0) yield { start, end: start + length, bytes: joinBytes(rest), isWhole: false };
}

/** The last line of a file; null for an empty or missing one. Reads from the end. */
export async function lastLine(files: Files, path: string): Promise<Line | null> {
  const size = await files.size(path);
  if (!size) return null;
  for (let length = PART / 16; ; length *= 4) {
    const from = Math.max(0, size - length);
    const bytes = await files.readRange(path, from, size);
    if (!bytes || bytes.length === 0) return null;
    const isWhole = bytes.at(-1) === LINE_END;
    const end = isWhole ? bytes.length - 1 : bytes.length;
    const before = bytes.lastIndexOf(LINE_END, end - 1);
    if (before < 0 && from > 0 && length < LONGEST_LINE) continue;
    return { start: from + before + 1, end: size, bytes: bytes.subarray(before + 1, end), isWhole };
  }
}
