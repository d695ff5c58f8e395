/** How many parts sums of weight gradients are split into. */
import { expect, it } from 'vitest';
import { gradientPlanes } from './gradientPlanes';

const planes = (width: number, parameters: number, software = false) =>
  gradientPlanes({ software, maxBindingBytes: 2 ** 27 }, { hidden_size: width }, { arenaSize: parameters });

it('splits where a GPU would find too few tiles, within the memory that they may take', () => {
  expect(planes(64, 0.1e6)).toBe(16);
  expect(planes(128, 0.8e6)).toBe(5);
  expect(planes(256, 4.5e6)).toBe(1);
  expect(planes(64, 0.1e6, true)).toBe(1);
});
