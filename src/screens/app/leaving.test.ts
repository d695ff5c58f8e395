/** Which runs are asked about before the page is left. */
import { expect, it } from 'vitest';
import { smallStart, smallStep } from '../../lab/run/smallRun.fixture';
import { lab } from '../../store/lab';
import { applyEvent, emptyRun } from '../../store/run';
import { askBeforeLeaving } from './leaving';

it.each([
  ['live', 'playing', true],
  ['live', 'paused', true],
  ['live', 'finished', true],
  ['live', 'failed', false],
  ['replay', 'finished', false],
] as const)('a run that is %s and %s: the page asks before it is left: %s', (source, status, asks) => {
  const page = new EventTarget();
  const end = askBeforeLeaving(page);
  const run = emptyRun();
  for (const event of [smallStart, smallStep(1)]) applyEvent(run, event);
  lab.setState({ source, status, run });
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(!asks);
  end();
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
});
