/** Errors of data name the path and the fault in plain words, and stay short. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAs } from './validation';

const said = (schema: z.ZodType, value: unknown): string => {
  try {
    parseAs(schema, value, 'f');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(value)} is accepted`);
};

describe('a value that does not fit', () => {
  const word = z.object({ a: z.union([z.string(), z.array(z.object({ b: z.number() }))]) });
  const kinds = z.discriminatedUnion('k', [z.object({ k: z.literal('x') }), z.object({ k: z.literal('y') })]);
  it.each([
    [z.record(z.string(), z.int()), JSON.parse('{"__proto__":1}'), 'f: __proto__: is not a field; remove it'],
    [z.number(), Number.NaN, 'f: top level: is NaN; use a finite number'],
    [z.number(), Number.POSITIVE_INFINITY, 'f: top level: is Infinity; use a finite number'],
    [z.number(), undefined, 'f: top level: is missing; use a number'],
    [z.number(), '1', 'f: top level: is "1"; use a number'],
    [z.int(), 1.5, 'f: top level: is 1.5; use a whole number'],
    [z.int(), 2 ** 53, 'f: top level: is 9007199254740992; use at most 9007199254740991'],
    [z.string(), null, 'f: top level: is null; use text'],
    [z.boolean(), 0, 'f: top level: is 0; use true or false'],
    [z.array(z.string()), {}, 'f: top level: is {}; use a list'],
    [z.object({ a: z.object({ b: z.array(z.int()) }) }), { a: { b: [1, null] } }, 'f: a.b.1: is null; use a number'],
    [z.object({ a: z.int().min(2).max(64).default(4) }).prefault({}), { a: 1 }, 'f: a: is 1; use 2 to 64'],
    [z.int().min(2), 1, 'f: top level: is 1; use 2 or more'],
    [z.number().gt(2), 2, 'f: top level: is 2; use more than 2'],
    [z.string().min(1), '', 'f: top level: has 0 characters; use 1 character or more'],
    [z.array(z.int()).max(1), [1, 2], 'f: top level: has 2 items; use at most 1 item'],
    [z.array(z.int()).length(3), [1], 'f: top level: has 1 item; use 3 items'],
    [z.enum(['a', 'b']), 'c', 'f: top level: is "c"; use one of "a", "b"'],
    [z.literal(1), 2, 'f: top level: is 2; use 1'],
    [z.strictObject({}), { colour: 1 }, 'f: top level: unknown field "colour"; remove it or correct its name'],
    [z.object({ a: z.int() }).catchall(z.number()), { a: 1, toString: 'x' }, 'f: toString: is "x"; use a number'],
    [z.union([z.string(), z.number()]), null, 'f: top level: is null; use text or a number'],
    [word, { a: [{ b: 'x' }] }, 'f: a: is [{"b":"x"}]; has at 0.b what is "x"; use a number'],
    [kinds, { k: 'z' }, 'f: k: is "z"; use one of "x", "y"'],
    [z.string().regex(/^a$/), 'b', 'f: top level: is "b"; use text that matches /^a$/'],
    [z.string().regex(/^a$/, 'the letter a'), 'b', 'f: top level: the letter a'],
    [z.number().multipleOf(4), 6, 'f: top level: is 6; use a multiple of 4'],
  ] as const)('%#: %s', (schema, value, message) => {
    expect(said(schema, value)).toBe(message);
  });

  it('is quoted only in part, for any content', () => {
    const long = 'x'.repeat(150_000);
    let deep: unknown = 0;
    for (let i = 0; i < 1e5; i++) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}${long.slice(0, 500)}`, i]));
    for (const value of [long, [long], deep, { a: deep }, { [long]: 1 }, wide, { a: { [long]: long }, b: long }])
      for (const schema of [z.number(), z.strictObject({ a: z.int() }), z.record(z.string().max(3), z.int()), word])
        expect(said(schema, value)).toMatch(/^f: (?!.*call stack).{0,2000}$/s);
  });

  it('is found in a long list without a look at all that follows', () => {
    const words = Array.from({ length: 300_000 }, () => 'x');
    const rows = z.object({ rows: z.array(z.array(z.int())) });
    expect(said(rows, { rows: [[1], words] })).toBe('f: rows.1.0: is "x"; use a number');
    expect(said(z.array(z.int()), [...words.map((_, i) => i), 0.5])).toBe('f: 300000: is 0.5; use a whole number');
    expect(said(z.object({ a: z.array(word) }), { a: words })).toMatch(/^f: a\.0: is "x"; use an object/);
    expect(said(z.union([z.array(z.int()), z.string()]), words)).toMatch(/^f: top level: /);
  });
});
