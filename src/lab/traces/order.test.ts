/** Sorting rows by a number: against the sort of the language. */
import { expect, it } from 'vitest';
import { random } from '../../random';
import { ordered } from './order';

const stream = random(3, 'order');
const special = [0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, 1e300, -1e300, Number.NaN, Infinity, -Infinity];
const keys = Array.from({ length: 3000 }, () => (stream.next() < 0.5 ? stream.pick(special) : stream.normal()));

it.each([false, true])('is stable, with rows without a number last (descending: %s)', (descending) => {
  const rows = Uint32Array.from(keys, (_, i) => i);
  const sign = descending ? -1 : 1;
  const isNone = (row: number) => Number(Number.isNaN(keys[row]));
  const expected = [...rows].sort((a, b) => {
    if (isNone(a) || isNone(b)) return isNone(a) - isNone(b) || a - b;
    return keys[a] === keys[b] ? a - b : keys[a]! < keys[b]! ? -sign : sign;
  });
  expect([...ordered(rows, (row) => keys[row]!, descending)]).toEqual(expected);
});

it('takes no rows, and one', () => {
  expect([...ordered(new Uint32Array(), () => 0, false)]).toEqual([]);
  expect([...ordered(Uint32Array.of(7), () => 0, true)]).toEqual([7]);
});
