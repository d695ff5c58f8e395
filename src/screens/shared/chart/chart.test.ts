/** Numbers of a chart: drawn points, ticks, labels at the ends of lines, the playhead, and its files. */
import { describe, expect, it } from 'vitest';
import { drawn, MOST_POINTS } from './drawn';
import { csvOf, fileName } from './files';
import { frameOf, HEIGHT, MARGIN } from './frame';
import { type ChartData, dataOf, nearest, type Series, shownIndex } from './series';
import { valuesAt } from './summary';
import { stepTicks, tickText, valueTicks } from './ticks';

const line: Series = { key: 'y', label: 'reward', color: 'red', digits: 2 };
/** Steps from 1, with one peak. */
const long = (length: number): ChartData => ({
  length,
  x: (i) => i + 1,
  value: (i) => (i === 1234 ? 9 : Math.sin(i / 50)),
});

describe('the drawn points', () => {
  it('are all points of a short run', () => {
    const { points, every } = drawn(dataOf([1, 2, 3].map((x) => ({ x, y: x * x }))), [line]);
    expect(every).toBe(1);
    expect(points).toEqual([1, 2, 3].map((x) => ({ x, y: x * x })));
  });

  it('are at most 128 of a long run, end at its last step, and keep every extreme in the band', () => {
    const { points, every, x, y } = drawn(long(3001), [line]);
    expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(every).toBe(32);
    expect(points.at(-1)!.x).toBe(3001);
    expect(x).toEqual([1, 3001]);
    expect(y![1]).toBe(9);
    expect(Math.max(...points.map((point) => point['y/high']!))).toBe(9);
    expect(points.every((point) => point['y/low']! <= point.y! && point.y! <= point['y/high']!)).toBe(true);
  });

  it('stay in the same buckets while a run grows', () => {
    const firsts = [1000, 1010, 1020].map((length) => drawn(long(length), [line]).points.slice(0, 120));
    expect(firsts[1]).toEqual(firsts[0]);
    expect(firsts[2]).toEqual(firsts[0]);
  });

  it('smooth without the bias of the start, and keep the raw value', () => {
    const { points } = drawn(dataOf([4, 4, 0].map((y, i) => ({ x: i, y }))), [{ ...line, smooth: 3 }]);
    expect(points.map((point) => point['y/raw'])).toEqual([4, 4, 0]);
    // weights of the average of 3 points: 1/2, 1/4, 1/8
    expect(points.map((point) => point.y)).toEqual([4, 4, (4 / 4 + 4 / 8) / (7 / 8)]);
  });

  it('leave gaps, and average the ends of a band', () => {
    const band: Series = { ...line, key: 'sd', band: ['low', 'high'] };
    const data = dataOf(Array.from({ length: 512 }, (_, x) => ({ x, y: x < 300 ? null : 1, low: x % 2, high: 3 })));
    const { points } = drawn(data, [band, line]);
    expect(points[0]).toMatchObject({ low: 0.5, high: 3, y: null, 'y/low': null });
    expect(points.at(-1)).toMatchObject({ y: 1 });
    expect(drawn(dataOf([]), [line])).toEqual({ points: [], every: 1, x: null, y: null });
  });
});

describe('ticks', () => {
  it.each([
    [[0.21, 0.59], null, [0.2, 0.3, 0.4, 0.5, 0.6]],
    [[-0.37, 0.81], null, [-0.5, 0, 0.5, 1]],
    [
      [0.62, 0.98],
      [0, 1],
      [0.6, 0.7, 0.8, 0.9, 1],
    ],
    [
      [7.1, 16.4],
      [0, null],
      [5, 7.5, 10, 12.5, 15, 17.5],
    ],
    [
      [0, 1234],
      [0, null],
      [0, 500, 1000, 1500],
    ],
    [[3e-5, 8e-5], null, [2e-5, 4e-5, 6e-5, 8e-5]],
  ] as const)('of %j within %j are round', (range, limits, ticks) => {
    expect(valueTicks(range, limits ?? undefined).ticks).toEqual(ticks);
    expect(valueTicks(range, limits ?? undefined).domain).toEqual([ticks[0], ticks.at(-1)]);
  });

  it('hold a flat line in the middle', () => {
    const { domain } = valueTicks([0.5, 0.5]);
    expect(domain[0]).toBeLessThan(0.5);
    expect(domain[1]).toBeGreaterThan(0.5);
    const noisy = valueTicks([0.3, 0.1 + 0.2]);
    expect(noisy.domain[1] - noisy.domain[0]).toBeGreaterThan(0.01);
    expect(valueTicks([0, 0], [0, 1]).domain[1]).toBeGreaterThan(0);
    expect(valueTicks([1, 1], [0, 1]).domain[1]).toBe(1);
    expect(valueTicks(null).domain).toEqual([0, 1]);
  });

  it('of steps are whole numbers', () => {
    expect(stepTicks([1, 4], true, 8)).toEqual([1, 2, 3, 4]);
    expect(stepTicks([1, 40], true, 5)).toEqual([10, 20, 30, 40]);
    expect(stepTicks([7, 7], true, 5)).toEqual([7]);
  });

  it('have the decimals that they need', () => {
    const texts = (...ticks: number[]) => ticks.map((tick) => tickText(tick, ticks));
    expect(texts(-0.5, 0, 0.5)).toEqual(['−0.5', '0', '0.5']);
    expect(texts(5, 7.5, 10)).toEqual(['5.0', '7.5', '10.0']);
    expect(texts(0, 500)).toEqual(['0', '500']);
    expect(texts(2e-5, 4e-5)).toEqual(['2.0e−5', '4.0e−5']);
  });
});

it('labels lie at the ends of their lines, and do not cover each other', () => {
  const series: Series[] = ['a', 'b', 'c'].map((key) => ({ ...line, key, label: `${key}, in full` }));
  const drawing = drawn(dataOf([{ x: 1, a: 0, b: 0.01, c: 1 }]), series);
  const { labels } = frameOf(drawing, series, 400);
  expect(labels.map(({ text }) => text)).toEqual(['c', 'b', 'a']);
  const ys = labels.map(({ y }) => y);
  for (const [i, y] of ys.entries()) if (i > 0) expect(y - ys[i - 1]!).toBeGreaterThanOrEqual(13);
  expect(ys.at(-1)).toBeLessThanOrEqual(HEIGHT - MARGIN.bottom);
});

it('the playhead goes to the nearest point, and outside of the data to the last', () => {
  const data = dataOf([1, 2, 5].map((x) => ({ x, y: x / 3 })));
  expect([0, 1.4, 3.4, 3.6, 9].map((x) => nearest(data, x))).toEqual([0, 0, 1, 2, 2]);
  expect([null, -3, 2, 9].map((place) => shownIndex(data, place, 0))).toEqual([2, 2, 1, 2]);
  expect(shownIndex(data, 1, 4)).toBe(2);
  expect(shownIndex(dataOf([]), 1, 0)).toBe(-1);
  expect(valuesAt(data, [{ ...line, band: ['y', 'y'], label: 'sd' }, line], 'step', 2)).toBe(
    'step 5: sd 1.67 to 1.67, reward 1.67',
  );
});

it('CSV has every point, exact', () => {
  const series: Series[] = [{ ...line, key: 'sd', label: '± "sd"', band: ['low', 'high'] }, line];
  const data = dataOf([{ x: 1, low: 0.1, high: 1 / 3, y: null }]);
  expect(csvOf(data, series, 'step, SFT then GRPO,')).toBe(
    '"step, SFT then GRPO","± ""sd"", low","± ""sd"", high",reward\r\n1,0.1,0.3333333333333333,\r\n',
  );
  expect([fileName('Trace length'), fileName('…')]).toEqual(['trace-length', 'chart']);
});
