/** Rows of numbers in columns. */
import { expect, it } from 'vitest';
import { Columns } from './columns';

it('give each row with the numbers that it has', () => {
  const columns = new Columns(2);
  columns.push({ reward: 1 / 3, kl: 0 });
  columns.push({ reward: 2 });
  expect([columns.length, columns.row(0), columns.row(1)]).toEqual([2, { reward: 1 / 3, kl: 0 }, { reward: 2 }]);
  expect(columns.row(0, ['kl', 'loss', 'reward'])).toEqual({ kl: 0, reward: 1 / 3 });
  expect(columns.row(2)).toEqual({});
});

it('grow beyond their room, and take names that come late', () => {
  const columns = new Columns(1);
  for (let i = 0; i < 40; i++) columns.push(i === 39 ? { reward: i, late: 1 } : { reward: i });
  expect([0, 16, 39].map((i) => columns.row(i))).toEqual([{ reward: 0 }, { reward: 16 }, { reward: 39, late: 1 }]);
});

it('drop rows, of which nothing stays', () => {
  const columns = new Columns(3);
  for (const reward of [1, 2, 3]) columns.push({ reward, kl: reward });
  columns.cutTo(1);
  columns.push({ reward: 9 });
  expect([columns.length, columns.row(0), columns.row(1), columns.row(2)]).toEqual([
    2,
    { reward: 1, kl: 1 },
    { reward: 9 },
    {},
  ]);
  columns.clear(1);
  expect([columns.length, columns.row(0)]).toEqual([0, {}]);
});
