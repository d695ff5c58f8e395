/** Panel of curation, from the events of a run. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { CurationEvent } from '../../lab/run/events';
import { barsOf, CurationPanel, poolWords } from './Curation';

const event: CurationEvent = {
  type: 'curation',
  step: 0,
  select: 'band',
  low: 0.25,
  high: 0.75,
  by: 'measured',
  samples: 4,
  pool: 32,
  duplicates: 3,
  contaminated: 2,
  rated: 27,
  answered: 27,
  kept: 9,
  fallback: null,
  histogram: [10, 4, 3, 2, 8],
  removed: [{ prompt: '3 + 4', reason: { code: 'duplicate', values: { prompt: '3 + 4' } } }],
};
const refreshed = {
  ...event,
  step: 20,
  by: 'answered',
  answered: 8,
  kept: 0,
  fallback: { code: 'all', values: { select: 'band', low: 0.2, high: 0.8, rated: 27 } },
} as const;
const markup = (...curations: CurationEvent[]) => renderToStaticMarkup(createElement(CurationPanel, { curations }));

it('marks the band with both of its ends', () => {
  expect(barsOf(event).map(({ inBand }) => inBand)).toEqual([false, true, true, true, false]);
});

it('shows the pool, the pass rates and the problems left out, in words too', () => {
  expect(poolWords(event)).toBe(
    '32 problems: left out 3 duplicates and 2 contaminated; rated 27 by 4 answers each; kept 9: those in the band.',
  );
  const html = markup(event);
  expect(html).toContain('0 of 4 right: 10 problems; 1 of 4 right: 4 problems, in the band;');
  expect(html).toContain('<code>3 + 4</code> <span>duplicate: the same as 3 + 4</span>');
  expect(html).toContain('The first 1 of 5 left out');
  expect(html).not.toContain('<table');
  expect(markup()).toBe('');
});

it('shows each refresh, and the fallback of an empty selection', () => {
  expect(poolWords(refreshed)).toMatch(/rated 27 by their latest answers; kept none\.$/);
  const html = markup(event, refreshed);
  expect(html.match(/<th scope="row">/g)).toHaveLength(2);
  expect(html).toContain('after step 20');
  expect(html).toMatch(/role="status".*no problem of the pool is “band”/);
});
