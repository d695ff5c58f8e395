/** Places of the points of a map. */
import { expect, it } from 'vitest';
import { placesOf } from './PictureMap';

it('places points in one scale both ways, and a single point in the middle', () => {
  const { places, height } = placesOf([
    { x: 0, y: 0 },
    { x: 10, y: 5 },
  ]);
  const [a, b] = places as [{ x: number; y: number }, { x: number; y: number }];
  expect((b.x - a.x) / (b.y - a.y)).toBeCloseTo(2, 10);
  for (const { x, y } of places) expect(x > 0 && x < 360 && y > 0 && y < height).toBe(true);
  expect(placesOf([{ x: 3, y: 4 }])).toEqual({ places: [{ x: 180, y: 34 }], height: 68 });
});
