/** Messages about a completion and a chart: their kinds and words. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { dataOf, type Series } from './chart/series';
import { chartSummary } from './chart/summary';
import { flawsOf, formatOf } from './judgement';
import { Notice } from './Notice';

it('a notice of each kind has its role, and says its kind', () => {
  const html = (['success', 'note', 'warning', 'error'] as const).map((kind) =>
    renderToStaticMarkup(createElement(Notice, { kind, shape: 'pill' }, 'text')),
  );
  expect(html.map((one) => /role="(\w+)"/.exec(one)?.[1])).toEqual(['status', 'status', 'status', 'alert']);
  expect(html.map((one) => /<span[^>]*>(\w+): </.exec(one)?.[1])).toEqual(['Success', 'Note', 'Warning', 'Error']);
});

describe('the format of a completion', () => {
  const whole = '<think>1 0 1</think>0<end>';
  it.each([
    [true, whole, 'format ok'],
    [false, '<think>1 0 1</think>0', 'cut off'],
    [true, '0<end>', '<think> is missing'],
    [true, '<think>1<think></think>0<end>', '<think> occurs 2 times'],
    [false, '<think>1', 'cut off; </think> is missing'],
  ] as const)('ended %s, %s: %s', (ended, text, words) => {
    expect(formatOf({ ended, text })).toEqual({ ok: words === 'format ok', words });
  });
  it('has two flaws where a completion without tags is cut off', () =>
    expect(flawsOf({ ended: false, text: '1' })).toEqual(['cut off', 'without format']));
});

describe('the summary of a chart', () => {
  const series: Series[] = [
    { key: 'band', label: '± sd', color: '', band: ['low', 'high'], digits: 2 },
    { key: 'reward', label: 'reward', color: '', digits: 2 },
    { key: 'longest', label: 'longest', color: '', digits: 0 },
  ];
  it('names the ends and turns of each line', () => {
    const points = [-0.3, 0.6, 0.5].map((reward, i) => ({ x: i + 1, low: 0, high: 1, reward, longest: 9 }));
    expect(chartSummary(dataOf(points), series, 'step')).toBe(
      'over step: reward from −0.30 at 1 to 0.50 at 3, highest 0.60 at 2; longest from 9 at 1 to 9 at 3',
    );
    expect(chartSummary(dataOf(points.slice(0, 1)), series, 'step')).toBe(
      'over step: reward −0.30 at 1; longest 9 at 1',
    );
  });
  it('says that there is nothing yet, and leaves gaps out', () => {
    expect(chartSummary(dataOf([{ x: 1, reward: null, longest: Number.NaN }]), series, 'step')).toBe('no points yet');
  });
});
