/** Messages stay short for any quoted value. */
import { expect, it } from 'vitest';
import { bounded, excerpt, listed, quote } from './quote';

it('quotes a value as JSON, and only the start and the length of a long one', () => {
  expect([quote('a"b'), quote(12), quote(-0), quote(Number.NaN), quote(null), quote(undefined), quote(true)]).toEqual([
    '"a\\"b"',
    '12',
    '-0',
    'NaN',
    'null',
    'nothing',
    'true',
  ]);
  expect(quote({ a: [1] })).toBe('{"a":[1]}');
  expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…" (81 characters)`);
  expect(quote([...'x'.repeat(5000)])).toBe('a list of 5000');
  expect(quote(Object.fromEntries([...'x'.repeat(5000)].entries()))).toBe('an object with 5000 fields');
  expect(quote(10n)).toBe('a value that cannot be written as JSON');
  let deep: unknown = 0;
  for (let i = 0; i < 1e5; i++) deep = [deep];
  for (const value of [
    deep,
    '\u0001'.repeat(1e5),
    '😀'.repeat(1e5),
    { long: 'x'.repeat(1e6) },
    `x${'😀'.repeat(99)}`,
  ]) {
    expect(quote(value).length).toBeLessThan(250);
    expect(() => encodeURIComponent(quote(value))).not.toThrow(); // fails on half of a surrogate pair
  }
});

it('shortens text and whole messages', () => {
  expect([excerpt('abc'), excerpt('abcdef', 3), excerpt('a😀b', 2)]).toEqual(['abc', 'abc…', 'a…']);
  expect(bounded('short')).toBe('short');
  for (const char of ['x', 'é', '한', '😀'])
    expect(Buffer.byteLength(bounded(`a${char.repeat(1e5)}`)), char).toBeLessThan(2000);
});

it('lists one fault per line, and counts the omitted ones', () => {
  expect(listed(['a', 'b'])).toBe('a\nb');
  const many = listed(Array.from({ length: 500 }, (_, i) => `fault ${i}`));
  expect(many).toMatch(/^fault 0\n[\s\S]*\n… and 488 more$/);
  const long = listed(Array.from({ length: 500 }, () => 'x'.repeat(1e5)));
  expect(long.length).toBeLessThan(2000);
  expect(Buffer.byteLength(listed(Array.from({ length: 500 }, () => '한'.repeat(1e5))))).toBeLessThan(2000);
  expect(long).toMatch(/… and 498 more$/);
});
