/**
 * Strict reader of JSON and JSON lines that a person or another program wrote: UTF-8 with or without a byte-order mark, no
 * key twice in an object (JSON.parse drops the first), bounded nesting. Errors give file, line and column. Any room may
 * import this file.
 */
import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { bounded, quote } from './quote';

/** Deepest nesting of objects and arrays. Our files need fewer than ten levels. */
const DEEPEST = 64;

/** Values that any file may have, and characters for each one more: a value takes up to 64 bytes of memory, a key 256. */
const VALUES = 500_000;
const CHARACTERS_PER_VALUE = 16;
const VALUES_PER_KEY = 3;

/** Error of a text that is not JSON, or not the strict JSON that this file reads. */
export class JsonError extends Error {}
/** Error of a text that is not JSON at all. */
export class JsonSyntaxError extends JsonError {}

type Fault = Exclude<ReturnType<typeof printParseErrorCode>, '<unknown ParseErrorCode>'>;
const FAULTS: Readonly<Record<Fault, string>> = {
  InvalidSymbol: 'this is no JSON value; put text in double quotation marks',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a key in double quotation marks is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing here',
  CloseBracketExpected: 'a closing ] is missing here',
  EndOfFileExpected: 'the text goes on after the end of the JSON value',
  InvalidCommentToken: 'JSON has no comments; remove this one',
  UnexpectedEndOfComment: 'JSON has no comments; remove this one',
  UnexpectedEndOfString: 'this string has no closing quotation mark',
  UnexpectedEndOfNumber: 'this number ends too early',
  InvalidUnicode: 'an escape \\u needs four hexadecimal digits',
  InvalidEscapeCharacter: 'this string has an escape that JSON does not know',
  InvalidCharacter: 'this string has a control character; escape it',
};

const explain = (code: ParseErrorCode): string => FAULTS[printParseErrorCode(code) as Fault] ?? 'this is not JSON';

const LONGEST_NUMBER = 1000;

/** Numbers as Python writes them, which JSON does not have. */
const NOT_FINITE = /^-?(NaN|Infinity)/;

/**
 * Names the loss of a literal as a double; null if there is none. A whole number must be exact, or as JavaScript writes it; a
 * fraction only close.
 */
function lostOf(literal: string, value: number): string | null {
  if (literal.length > LONGEST_NUMBER) return `has ${literal.length} characters; use fewer digits`;
  if (!Number.isFinite(value)) return 'is larger than a number here can be; use another';
  if (value === 0) return /^[^e]*[1-9]/i.test(literal) ? 'is closer to 0 than a number here can be; use another' : null;
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || !/^-?\d+$/.test(literal)) return null;
  if (String(value) === literal || BigInt(literal) === BigInt(value)) return null;
  return `has more digits than a number here keeps: it would be ${value}; use text, or fewer digits`;
}

/** Place in a text; without the line if `where` already names it. */
type Place = (line: number, column: number) => string;

function parseAt(text: string, where: string, place: Place): unknown {
  /** Keys of each open object, and of none for each open array. */
  const open: (Set<string> | null)[] = [];
  const refuse = (line: number, column: number, why: string): never => {
    throw new JsonError(bounded(`${where}: ${place(line, column)}: ${why}`));
  };
  const mostValues = VALUES + Math.floor(text.length / CHARACTERS_PER_VALUE);
  let values = 0;
  const count = (line: number, column: number, more = 1) => {
    values += more;
    if (values > mostValues) refuse(line, column, `the file has too many values for its size; use a smaller one`);
  };
  const enter = (keys: Set<string> | null, line: number, column: number) => {
    count(line, column);
    if (open.push(keys) > DEEPEST) refuse(line, column, `nested more than ${DEEPEST} levels deep; use fewer`);
  };
  /** The latest key. */
  let key: string | null = null;
  const fail = (line: number, column: number, why: string): never => {
    throw new JsonSyntaxError(bounded(`${where} is not JSON: ${place(line, column)}: ${why}`));
  };
  visit(
    text,
    {
      onObjectBegin: (_offset, _length, line, column) => enter(new Set(), line, column),
      onObjectEnd: () => void open.pop(),
      onArrayBegin: (_offset, _length, line, column) => enter(null, line, column),
      onArrayEnd: () => void open.pop(),
      onObjectProperty(name, _offset, _length, line, column) {
        const keys = open.at(-1)!;
        if (keys?.has(name)) refuse(line, column, `the key ${quote(name)} occurs twice in one object; keep one`);
        keys?.add(name);
        key = name;
        count(line, column, VALUES_PER_KEY);
      },
      onError(code, offset, _length, line, column) {
        const [literal] = NOT_FINITE.exec(text.slice(offset, offset + 9)) ?? [];
        const value = key === null ? '' : ` (the value of ${quote(key)})`;
        if (literal) fail(line, column, `this is no JSON value but ${literal}${value}; write a finite number`);
        fail(line, column, explain(code));
      },
      onLiteralValue(value, offset, length, line, column) {
        count(line, column);
        if (typeof value !== 'number') return;
        const literal = text.slice(offset, offset + length);
        const lost = lostOf(literal, value);
        if (lost !== null) refuse(line, column, `${quote(literal)} ${lost}`);
      },
    },
    { disallowComments: true },
  );
  try {
    return JSON.parse(text);
  } catch {
    return fail(0, 0, 'this is no JSON value');
  }
}

/** Text of a JSON file, one field per line. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

const MARK = '\ufeff';

/**
 * Value of a JSON text.
 * @param where name of the text, for errors
 * @throws JsonError with line and column
 */
export const parseJson = (text: string, where: string): unknown =>
  parseAt(
    text.startsWith(MARK) ? text.slice(1) : text,
    where,
    (line, column) => `line ${line + 1}, column ${column + 1}`,
  );

/** Value of a JSON file. @throws as `utf8Text` and `parseJson` */
export const parseJsonFile = (bytes: Uint8Array, where: string): unknown => parseJson(utf8Text(bytes, where), where);

/** Value of one line of JSON; `where` names its number. @throws as `parseJson`, with the column only */
export const parseJsonLine = (line: string, where: string): unknown =>
  parseAt(line, where, (_, column) => `column ${column + 1}`);

/**
 * Lines of a text with their places, without empty lines. Line ends of any system count.
 * @param where name of the text
 */
export const linesOf = (text: string, where: string): { readonly line: string; readonly where: string }[] =>
  (text.startsWith(MARK) ? text.slice(1) : text)
    .split(/\r\n?|\n/)
    .map((line, i) => ({ line, where: `${where}: line ${i + 1}` }))
    .filter(({ line }) => line.trim() !== '');

/**
 * Values of JSON lines with their places, without empty lines.
 * @throws JsonError naming the line
 */
export function* parseJsonLines(
  text: string,
  where: string,
): Generator<{ readonly json: unknown; readonly where: string }> {
  for (const { line, where: at } of linesOf(text, where)) yield { json: parseJsonLine(line, at), where: at };
}

const startsWith = (bytes: Uint8Array, ...mark: number[]) => mark.every((byte, i) => bytes[i] === byte);

/**
 * Text of a file in UTF-8, without its byte-order mark.
 * @throws naming the other encoding, or the line that is not UTF-8
 */
export function utf8Text(bytes: Uint8Array, where: string): string {
  // a zero byte next to an ASCII character: UTF-16 without a mark
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff) || (bytes[0] === 0) !== (bytes[1] === 0))
    throw new JsonError(`${where} is UTF-16, not UTF-8; save it as UTF-8`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    const bad = new TextDecoder().decode(bytes);
    const line = bad.slice(0, bad.indexOf('\ufffd')).split('\n').length;
    throw new JsonError(`${where}: line ${line} is not UTF-8; save the file as UTF-8`);
  }
}
