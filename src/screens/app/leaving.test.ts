/** Leaving the page: which runs the page asks about, and when it saves a checkpoint. */
import { expect, it, vi } from 'vitest';
import { smallStart, smallStep } from '../../lab/run/smallRun.fixture';
import { lab, NO_RUN } from '../../store/lab';
import { applyEvent, emptyRun } from '../../store/run';
import { askBeforeLeaving, saveWhenHidden } from './leaving';

const saveSoon = vi.hoisted(() => vi.fn());
vi.mock('../../store/control', async (original) => ({ ...(await original<object>()), saveSoon }));

it.each([
  ['live', 'playing', null, true],
  ['live', 'paused', null, true],
  ['live', 'finished', null, true],
  ['live', 'failed', null, false],
  ['live', 'playing', 'stored-run', true],
  ['live', 'paused', 'stored-run', false],
  ['live', 'finished', 'stored-run', false],
  ['stored', 'finished', 'stored-run', false],
  ['replay', 'finished', null, false],
] as const)(
  'a run that is %s, %s and stored as %s: the page asks before it is left: %s',
  (source, status, runName, asks) => {
    const page = new EventTarget();
    const end = askBeforeLeaving(page);
    const run = emptyRun();
    for (const event of [smallStart, smallStep(1)]) applyEvent(run, event);
    lab.setState({ ...NO_RUN, source, status, run, runName });
    expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(!asks);
    end();
    expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
  },
);

it('a hidden page saves a checkpoint, a shown one does not', () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' as DocumentVisibilityState });
  saveWhenHidden(page, document);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(saveSoon).toHaveBeenCalledTimes(1);
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(saveSoon).toHaveBeenCalledTimes(1);
  page.dispatchEvent(new Event('pagehide'));
  expect(saveSoon).toHaveBeenCalledTimes(2);
});
