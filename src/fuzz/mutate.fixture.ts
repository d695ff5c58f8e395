/**
 * Mutations of an input, as a person, another program or a broken disk makes them. Examples: a value of another type, a
 * missing, repeated or misspelt key, a file cut off or in another encoding. A seeded stream makes failures repeat.
 */
import type { Random } from '../random';

/** Mutated input, and a description of the mutation. */
export interface Mutation {
  readonly bytes: Uint8Array;
  readonly what: string;
}

type Path = readonly (string | number)[];

/** JSON texts of odd values. */
const ODD = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '0.5', '2', '1e308', '1e999', '-1e999', '1e-400'],
  ...['NaN', 'Infinity', '0x10', '01', '.5', '9007199254740993', '4294967295', '4294967296'],
  ...['""', '" "', '"x"', '"1"', '"null"', '"\\u0000"', '"\\ud800"', '"−1"', '"constructor"', "'x'"],
  ...['[]', '{}', '[null]', '[[]]', '{"__proto__":1}', '{"toString":1}'],
  JSON.stringify('long '.repeat(30_000)),
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `[${'0,'.repeat(10_000)}0]`,
] as const;

/** JSON texts of some MiB, which take far more memory as values. */
const LONG: readonly (() => string)[] = [
  () => `[${'[],'.repeat(1_500_000)}0]`,
  () => `[${'{"a":1},'.repeat(500_000)}0]`,
  () => `[${'"x",'.repeat(1_000_000)}0]`,
  () => `{${Array.from({ length: 150_000 }, (_, i) => `"${i}x":0`).join(',')}}`,
  () => `{${Array.from({ length: 400_000 }, (_, i) => `"${i}x":[]`).join(',')}}`,
  () => `"${'x\\n'.repeat(1_000_000)}"`,
  () => `0.${'0'.repeat(3_000_000)}1`,
  () => '9'.repeat(3_000_000),
];
/** One of so many mutations is long. */
const LONG_EVERY = 500;

/** Paths to every value; in long lists, only to the first and last few. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const few = keys.length > 8 && Array.isArray(value) ? [...keys.slice(0, 3), ...keys.slice(-3)] : keys;
  return [path, ...few.flatMap((key) => pathsOf(value[key as keyof typeof value], [...path, key]))];
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown>)[key], root);

/** Placeholder in a JSON value for a text that JSON.stringify would not write. */
const HOLE = '\u{f8ff}hole';

/** JSON text of `root` with the text `put` in place of the value at a path. */
function withText(root: unknown, path: Path, put: string): string {
  if (path.length === 0) return put;
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  parent[path.at(-1)!] = HOLE;
  return JSON.stringify(copy).replace(JSON.stringify(HOLE), () => put);
}

/** Mutations of one value, key or element. Each returns the new text, or null if it does not apply. */
const CHANGES: Readonly<Record<string, (root: unknown, path: Path, stream: Random) => string | null>> = {
  'another value': (root, path, stream) => withText(root, path, stream.pick(ODD)),
  'another number'(root, path, stream) {
    const value = valueAt(root, path);
    if (typeof value !== 'number') return null;
    return withText(
      root,
      path,
      String(stream.pick([value + 1, value - 1, -value, value * 10, value / 3, value + 1e-3])),
    );
  },
  'another string'(root, path, stream) {
    const value = valueAt(root, path);
    if (typeof value !== 'string') return null;
    const others = [
      value.toUpperCase(),
      ` ${value}`,
      `${value} `,
      value.slice(1),
      `${value}${value}`,
      value.replace(/\d/, '٣'),
    ];
    return withText(root, path, JSON.stringify(stream.pick(others)));
  },
  'a key is gone'(root, path) {
    const key = path.at(-1);
    if (typeof key !== 'string') return null;
    const copy = structuredClone(root);
    delete (valueAt(copy, path.slice(0, -1)) as Record<string, unknown>)[key];
    return JSON.stringify(copy);
  },
  'a key is misspelt'(root, path, stream) {
    const key = path.at(-1);
    if (typeof key !== 'string') return null;
    const parent = valueAt(root, path.slice(0, -1)) as Record<string, unknown>;
    const other = stream.pick([`${key}s`, key.toUpperCase(), `${key} `, key.slice(1), `_${key}`, '__proto__']);
    const entries = Object.entries(parent).map(
      ([name, value]) => `${JSON.stringify(name === key ? other : name)}:${JSON.stringify(value)}`,
    );
    return withText(root, path.slice(0, -1), `{${entries.join(',')}}`);
  },
  'a key more'(root, path, stream) {
    const value = valueAt(root, path);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const more = `${JSON.stringify(stream.pick(['extra', 'Steps', 'toString', '']))}:${stream.pick(ODD)}`;
    return withText(
      root,
      path,
      JSON.stringify(value).replace(/^\{/, Object.keys(value).length > 0 ? `{${more},` : `{${more}`),
    );
  },
  'a key twice'(root, path, stream) {
    const key = path.at(-1);
    if (typeof key !== 'string') return null;
    const parent = valueAt(root, path.slice(0, -1));
    const twice = `{${JSON.stringify(key)}:${stream.pick(ODD.slice(0, 8))},`;
    return withText(root, path.slice(0, -1), JSON.stringify(parent).replace(/^\{/, twice));
  },
  'a list is cut, mixed or doubled'(root, path, stream) {
    const value = valueAt(root, path);
    if (!Array.isArray(value) || value.length === 0) return null;
    const i = stream.integer(0, value.length - 1);
    const without = value.toSpliced(i, 1);
    const others = [
      without,
      value.toSpliced(i, 0, value[i]),
      without.toSpliced(0, 0, value[i]),
      value.toReversed(),
      [],
    ];
    return withText(root, path, JSON.stringify(stream.pick(others)));
  },
};

/** JSON text with one mutated value. */
export function mutatedJson(text: string, stream: Random): { readonly text: string; readonly what: string } {
  const root: unknown = JSON.parse(text);
  const paths = pathsOf(root);
  if (stream.integer(1, LONG_EVERY) === 1) {
    const path = stream.pick(paths);
    const i = stream.integer(0, LONG.length - 1);
    return { text: withText(root, path, LONG[i]!()), what: `a long value of kind ${i}: ${path.join('.')}` };
  }
  for (;;) {
    const what = stream.pick(Object.keys(CHANGES));
    const path = stream.pick(paths);
    const changed = CHANGES[what]!(root, path, stream);
    if (changed !== null && changed !== JSON.stringify(root))
      return { text: changed, what: `${what}: ${path.join('.')}` };
  }
}

const encode = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, mark: boolean) => {
  const units = Uint16Array.from(text, (char) => char.charCodeAt(0));
  const bytes = new Uint8Array(units.buffer);
  return mark ? new Uint8Array([0xff, 0xfe, ...bytes]) : bytes;
};

/** Mutations of any text. */
const TEXT_CHANGES: Readonly<Record<string, (text: string, at: number, stream: Random) => Uint8Array>> = {
  'cut off': (text, at) => encode(text.slice(0, at)),
  'a character is gone': (text, at) => encode(text.slice(0, at) + text.slice(at + 1)),
  'a character more': (text, at, stream) =>
    encode(text.slice(0, at) + stream.pick([...'0-,:"{}[]\\/ \n\u00a0\u2212x']) + text.slice(at)),
  'a part comes twice': (text, at, stream) =>
    encode(text.slice(0, at) + text.slice(Math.max(0, at - stream.integer(0, 49)))),
  'a bit of a byte': (text, at, stream) => {
    const bytes = encode(text);
    if (bytes.length > 0) bytes[at % bytes.length]! ^= 1 << stream.integer(0, 7);
    return bytes;
  },
  'a byte-order mark': (text) => encode(`\ufeff${text}`),
  'line ends of Windows': (text) => encode(text.replaceAll('\n', '\r\n')),
  'UTF-16': (text, at) => utf16(text, at % 2 === 0),
  'a comment': (text, at) => encode(`${text.slice(0, at)}/* here */${text.slice(at)}`),
  'something at the end': (text, _, stream) => encode(text + stream.pick(['x', '{}', ',', '\0', '\n\n', ' ', '}'])),
  nothing: () => new Uint8Array(0),
};

/** Bytes of a text with one mutation of the text. */
export function mutatedText(text: string, stream: Random): Mutation {
  const what = stream.pick(Object.keys(TEXT_CHANGES));
  const at = stream.integer(0, text.length);
  return { bytes: TEXT_CHANGES[what]!(text, at, stream), what: `${what} at ${at}` };
}

/** JSON lines with one mutation: of a value, of the order of lines, or of the text. */
export function mutatedLines(text: string, stream: Random): Mutation {
  const lines = text.split('\n').filter((line) => line !== '');
  const end = text.endsWith('\n') ? '\n' : '';
  const i = stream.integer(0, lines.length - 1);
  const kind = stream.integer(0, 9);
  if (kind === 0) return mutatedText(text, stream);
  if (kind === 1) {
    const [what, changed] = stream.pick([
      ['is gone', lines.toSpliced(i, 1)],
      ['comes twice', lines.toSpliced(i, 0, lines[i]!)],
      ['comes first', [lines[i]!, ...lines.toSpliced(i, 1)]],
    ] as const);
    return { bytes: encode(changed.join('\n') + end), what: `line ${i + 1} ${what}` };
  }
  const { text: line, what } = mutatedJson(lines[i]!, stream);
  return { bytes: encode(lines.with(i, line).join('\n') + end), what: `line ${i + 1}: ${what}` };
}

/** JSON file with one mutation, of a value or of the text. */
export function mutatedFile(text: string, stream: Random): Mutation {
  if (stream.integer(0, 4) === 0) return mutatedText(text, stream);
  const { text: changed, what } = mutatedJson(text, stream);
  return { bytes: encode(changed), what };
}
