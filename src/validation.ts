/** Checks data against a schema. Errors name each wrong field with its place. Any room may import this file. */
import type { z } from 'zod';
import { excerpt, listed, quote } from './quote';

/** Characters of a path, key or choice in a message. */
const MAX_NAME = 120;
/** Keys in a message. */
const MAX_KEYS = 5;

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object with named fields',
  record: 'an object with named fields',
  null: 'null',
};

const kindOf = (expected: string, input: unknown): string =>
  expected === 'number' && typeof input === 'number' ? 'a finite number' : (KINDS[expected] ?? expected);

const choices = (values: readonly unknown[]): string =>
  `${values.length > 1 ? 'one of ' : ''}${values.map((value) => quote(value)).join(', ')}`;

/** Bounded amount in words: "has 1 item", "has 3 characters", "is 7". */
function amount(input: unknown): { readonly what: string; readonly unit: string } {
  const size = (length: number, unit: string) => ({ what: `has ${length} ${unit}${length === 1 ? '' : 's'}`, unit });
  if (typeof input === 'string') return size(input.length, 'character');
  if (Array.isArray(input)) return size(input.length, 'item');
  return { what: `is ${quote(input)}`, unit: '' };
}

type Range = readonly [number, number];

function boundText(input: unknown, bound: number | bigint, words: string, range: Range | null): string {
  const { what, unit } = amount(input);
  if (range && unit === '') return `${what}; use ${range[0]} to ${range[1]}`;
  return `${what}; use ${words.replace('#', `${bound}${unit ? ` ${unit}${Number(bound) === 1 ? '' : 's'}` : ''}`)}`;
}

/** Error of a union: a fault deeper inside one of its choices, else the types that they accept. */
function unionText(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const all = errors.flat();
  const deeper = all.find(({ path }) => path.length > 0);
  if (deeper) return `has at ${excerpt(deeper.path.join('.'), MAX_NAME)} what ${deeper.message}`;
  const kinds = all.flatMap((issue) => (issue.code === 'invalid_type' ? kindOf(issue.expected, undefined) : []));
  return `use ${[...new Set(kinds)].join(' or ') || 'another value'}`;
}

/**
 * Fault of a value and its remedy, in plain words.
 * @param range of the number in the schema, if it has both bounds
 */
export function explain(issue: Issue, range: Range | null = null): string {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return input === undefined
        ? `is missing; use ${kindOf(issue.expected, input)}`
        : `is ${quote(input)}; use ${kindOf(issue.expected, input)}`;
    case 'invalid_value': {
      const use = `use ${excerpt(choices(issue.values), 6 * MAX_NAME)}`;
      return input === undefined ? `is missing; ${use}` : `is ${quote(input)}; ${use}`;
    }
    case 'too_small':
      return boundText(input, issue.minimum, issue.exact ? '#' : issue.inclusive ? '# or more' : 'more than #', range);
    case 'too_big':
      return boundText(input, issue.maximum, issue.exact ? '#' : issue.inclusive ? 'at most #' : 'less than #', range);
    case 'not_multiple_of':
      return `is ${quote(input)}; use a multiple of ${issue.divisor}`;
    case 'unrecognized_keys': {
      const named = issue.keys.slice(0, MAX_KEYS).map((key) => quote(key));
      const more = issue.keys.length > MAX_KEYS ? ` and ${issue.keys.length - MAX_KEYS} more` : '';
      return `unknown field ${named.join(', ')}${more}; remove it or correct its name`;
    }
    case 'invalid_union': {
      const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
      const given = discriminator === undefined ? input : (input as Record<string, unknown> | null)?.[discriminator];
      const what = given === undefined ? 'is missing' : `is ${quote(given)}`;
      return `${what}; ${options && options.length > 0 ? `use ${choices(options)}` : unionText(issue.errors)}`;
    }
    case 'invalid_key':
      return 'has a name that is not allowed; rename or remove it';
    case 'invalid_format':
      return `is ${quote(input)}; use text that matches ${excerpt(String(issue.pattern ?? issue.format))}`;
    default:
      return `is ${quote(input)}, which does not match the schema; correct it`;
  }
}

/** Schema at a path; null if the path leads through a choice, or nowhere. */
function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | null {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> };
  if (def.innerType) return schemaAt(def.innerType as z.core.$ZodType, path);
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const { shape = {} } = def as { shape?: Record<PropertyKey, z.core.$ZodType> };
  const next = Object.hasOwn(shape, key) ? shape[key] : (def.element ?? def.valueType);
  return next ? schemaAt(next as z.core.$ZodType, rest) : null;
}

/** Both bounds of a number at a path; null if one is missing. */
function rangeAt(schema: z.core.$ZodType, path: readonly PropertyKey[] = []): Range | null {
  const { minValue, maxValue } = (schemaAt(schema, path) ?? {}) as Partial<z.ZodNumber>;
  const bounds = [minValue, maxValue].filter((bound) => bound != null && Math.abs(bound) < Number.MAX_SAFE_INTEGER);
  return bounds.length === 2 ? (bounds as [number, number]) : null;
}

/** Path of a key `__proto__` in the input. Schemas of records drop it silently. */
function prototypeKey(value: unknown, path: readonly string[] = []): string | null {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key];
    const found = key === '__proto__' ? at.join('.') : prototypeKey(inner, at);
    if (found !== null) return found;
  }
  return null;
}

/** Values from which lists are checked item by item: zod keeps half a KiB for each wrong item. */
const MANY_VALUES = 10_000;
/** Levels at which lists are looked for. */
const DEEPEST = 64;
/** Shorter lists are checked whole. */
const LONG_LIST = 100;

/** True if a value has more values inside it than a limit. */
function hasMore(value: unknown, limit: number): boolean {
  const open = [value];
  for (let i = 0; i < open.length && open.length <= limit; i++) {
    const inner = open[i];
    if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) continue;
    for (const key in inner) if (open.push(inner[key as keyof typeof inner]) > limit) return true;
  }
  return false;
}

export interface FieldFault {
  /** Path of the field, such as `grpo.steps`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** Error of a value that does not match its schema. Its message lists the first faults; `faults` has all. */
export class SchemaError extends Error {
  constructor(
    where: string,
    readonly faults: readonly FieldFault[],
  ) {
    super(listed(faults.map(({ path, message }) => `${where}: ${excerpt(path, MAX_NAME) || 'top level'}: ${message}`)));
  }
}

const schemaError = ({ issues }: z.ZodError, where: string, at: readonly PropertyKey[] = []): SchemaError =>
  new SchemaError(
    where,
    issues.map(({ path, message }) => ({ path: [...at, ...path].join('.'), message })),
  );

const safelyParsed = <T>(schema: z.ZodType<T>, value: unknown) =>
  schema.safeParse(value, { error: (issue) => explain(issue, rangeAt(schema, issue.path)) });

/** Checks the items of long lists, the innermost lists first. @throws naming the faults of the first wrong item */
function checkLongLists(schema: z.ZodType, value: unknown, where: string, path: readonly PropertyKey[] = []): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || path.length > DEEPEST) return;
  for (const [key, inner] of Object.entries(value))
    if (typeof inner === 'object') checkLongLists(schema, inner, where, [...path, key]);
  const element = Array.isArray(value) && value.length > LONG_LIST ? schemaAt(schema, [...path, 0]) : null;
  if (!element) return;
  for (const [i, item] of (value as unknown[]).entries()) {
    const parsed = safelyParsed(element as z.ZodType, item);
    if (!parsed.success) throw schemaError(parsed.error, where, [...path, i]);
  }
}

/** Checks a value. @throws one line per wrong field, for the first dozen: place, path, fault, remedy */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  if (hasMore(value, MANY_VALUES)) checkLongLists(schema, value, where);
  const parsed = safelyParsed(schema, value);
  if (parsed.success) {
    const lost = prototypeKey(value);
    if (lost !== null) throw new SchemaError(where, [{ path: lost, message: 'is not a field; remove it' }]);
    return parsed.data;
  }
  throw schemaError(parsed.error, where);
}
