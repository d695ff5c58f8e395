/** A chart from this file alone: its record feeds panel, readout and the text for screen readers. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeEach, expect, it } from 'vitest';
import { smallStart, smallStep } from '../../../lab/run/smallRun.fixture';
import { lab } from '../../../store/lab';
import { applyEvent, emptyRun } from '../../../store/run';
import { TrainCharts } from '../TrainCharts';
import type { ChartRecord } from './chart';
import { grpoData } from './chart';

const toy: ChartRecord = {
  title: 'Squares',
  explanation: 'Square of the step. Bigger is better. Not in the report.',
  series: () => [{ key: 'square', label: 'step²', color: 'var(--teal)', digits: 1 }],
  data(run) {
    const data = grpoData(run, {});
    return { ...data, value: (i) => data.x(i) ** 2 };
  },
  headline: ({ grpo }) => `${grpo.length ** 2} so far`,
  words: ({ grpo }) => `The last of ${grpo.length} squares.`,
};

beforeEach(() => {
  const run = emptyRun();
  for (const event of [smallStart, smallStep(1), smallStep(2), smallStep(3)]) applyEvent(run, event);
  lab.setState({ run });
});

const markup = (...charts: [ChartRecord, ...ChartRecord[]]) =>
  renderToStaticMarkup(createElement(TrainCharts, { panels: [charts] }));

it('shows title, headline, words and the values of the last step', () => {
  const html = markup(toy);
  expect(html).toContain('<h2>Squares</h2>');
  expect(html).toContain('>9 so far<');
  expect(html).toContain('>The last of 3 squares.<');
  expect(html).toMatch(/<figcaption><p><span[^>]*>step 3<\/span>.*step²<b>9.0<\/b>/);
  expect(html).toContain('aria-label="Squares, over step: step² from 1.0 at 1 to 9.0 at 3"');
});

it('explains itself behind the "?"', () => {
  const html = markup(toy);
  expect(html).toContain('aria-label="What is Squares?"');
  expect(html).toContain(toy.explanation);
});

it('is a tab of a panel with several charts', () => {
  const html = markup(toy, { ...toy, title: 'Cubes' });
  expect(html).toMatch(/<button[^>]*aria-pressed="true">Squares<\/button><button[^>]*aria-pressed="false">Cubes</);
});
