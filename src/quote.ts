/** Quotes of input in messages: only the start of a long value, with its length. Any room may import this file. */

/** Characters of one value in a message. */
const MAX_QUOTED = 80;
/** Bytes of a whole message in UTF-8. */
const MAX_MESSAGE_BYTES = 1900;
/** Lines of a message that lists faults. */
const MAX_LINES = 12;

/** First `most` characters of a text, without half of a surrogate pair. */
function start(text: string, most: number, close = ''): string {
  if (text.length <= most) return text;
  // one unit less if the cut would split a surrogate pair
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, end)}…${close}`;
}

/** Start of a text, without quotation marks, for reasons and pictures. */
export const excerpt = (text: string, most = MAX_QUOTED): string => start(text, most);

/** Value of the input as JSON, such as "abc", 12 or {"a":1}: at most 80 characters, with the length of a longer text. */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    if (value.length <= MAX_QUOTED) return start(JSON.stringify(value), 2 * MAX_QUOTED, '"');
    const quoted = JSON.stringify(start(value, MAX_QUOTED));
    return `${start(quoted, 2 * MAX_QUOTED, '"')} (${value.length} characters)`;
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value) && value.length > MAX_QUOTED) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null && Object.keys(value).length > MAX_QUOTED)
    return `an object with ${Object.keys(value).length} fields`;
  try {
    return start(JSON.stringify(value) ?? `a ${typeof value}`, MAX_QUOTED);
  } catch {
    return `a value that cannot be written as JSON`;
  }
}

/** Start of a text within a number of bytes in UTF-8, without half of a character. */
function within(text: string, bytes: number, close = ''): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return read === text.length ? text : `${text.slice(0, read)}…${close}`;
}

/** Message of bounded length. Every message that quotes foreign text passes through here. */
export const bounded = (message: string): string => within(message, MAX_MESSAGE_BYTES, ' (shortened)');

/** Several faults, one per line: the first dozen, and the number of the others. */
export function listed(lines: readonly string[]): string {
  const shown: string[] = [];
  let left = MAX_MESSAGE_BYTES;
  for (const line of lines.slice(0, MAX_LINES)) {
    const short = within(line, Math.floor(MAX_MESSAGE_BYTES / 3));
    left -= new TextEncoder().encode(short).length + 1;
    if (left < 0) break;
    shown.push(short);
  }
  if (shown.length < lines.length) shown.push(`… and ${lines.length - shown.length} more`);
  return shown.join('\n');
}
