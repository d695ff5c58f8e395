/** Input as messages quote it: the start of what is long, with its length. Any room may import this file. */

/** Characters that a message quotes of one value. */
const MOST_QUOTED = 80;
/** Bytes in UTF-8 of a whole message. */
const MOST_TOLD = 1900;
/** Lines of a message that lists faults. */
const MOST_LINES = 12;

/** The first `most` characters of a text, no character cut in two; with the length of a longer one. */
function start(text: string, most: number, close = ''): string {
  if (text.length <= most) return text;
  // one unit short where the cut would part a surrogate pair
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, end)}…${close}`;
}

/** Text as a reason or a picture shows it, without quotation marks. */
export const excerpt = (text: string, most = MOST_QUOTED): string => start(text, most);

/** A value of the input as JSON, as "abc" or 12 or {"a":1}: at most 80 characters of it, with the length of what is longer. */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    if (value.length <= MOST_QUOTED) return start(JSON.stringify(value), 2 * MOST_QUOTED, '"');
    const quoted = JSON.stringify(start(value, MOST_QUOTED));
    return `${start(quoted, 2 * MOST_QUOTED, '"')} (${value.length} characters)`;
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value) && value.length > MOST_QUOTED) return `a list of ${value.length}`;
  try {
    return start(JSON.stringify(value) ?? `a ${typeof value}`, MOST_QUOTED);
  } catch {
    return `a value that cannot be written as JSON`;
  }
}

/** The start of a text that takes so many bytes in UTF-8, no character cut in two. */
function within(text: string, bytes: number, close = ''): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return read === text.length ? text : `${text.slice(0, read)}…${close}`;
}

/** A message of a bounded length. Whatever prints one that others wrote passes it through here. */
export const bounded = (message: string): string => within(message, MOST_TOLD, ' (shortened)');

/** Several faults, one a line: the first dozen, and how many more there are. */
export function listed(lines: readonly string[]): string {
  const shown: string[] = [];
  let left = MOST_TOLD;
  for (const line of lines.slice(0, MOST_LINES)) {
    const short = within(line, Math.floor(MOST_TOLD / 3));
    left -= new TextEncoder().encode(short).length + 1;
    if (left < 0) break;
    shown.push(short);
  }
  if (shown.length < lines.length) shown.push(`… and ${lines.length - shown.length} more`);
  return shown.join('\n');
}
