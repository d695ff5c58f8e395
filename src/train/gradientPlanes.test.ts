/** Number of planes for weight gradients. */
import { expect, it } from 'vitest';
import { gradientPlanes } from './gradientPlanes';

const planes = (width: number, parameters: number, software = false) =>
  gradientPlanes({
    device: { software, maxBindingBytes: 2 ** 27 },
    config: { hidden_size: width },
    table: { arenaSize: parameters },
  });

it('splits if a GPU would have too few tiles, within the memory limit', () => {
  expect(planes(64, 0.1e6)).toBe(16);
  expect(planes(128, 0.8e6)).toBe(5);
  expect(planes(256, 4.5e6)).toBe(1);
  expect(planes(64, 0.1e6, true)).toBe(1);
});
