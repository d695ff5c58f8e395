/** Banners: each reason for a missing GPU has its own words and steps, and each failure says what is kept and how to go on. */
import { createElement, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NoGpuCause } from '../../gpu/browser';
import { lab } from '../../store/lab';
import { emptyRun } from '../../store/run';
import { FailureBanner, LinkBanner, NoGpuBanner } from './Banners';
import { GPU_ADVICE } from './GpuSteps';
import { RunNotices } from './RunNotices';

const html = (banner: FunctionComponent) => renderToStaticMarkup(createElement(banner));
const buttons = (text: string) => [...text.matchAll(/<button[^>]*>(.*?)<\/button>/g)].map(([, label]) => label);
const causes = Object.keys(GPU_ADVICE) as NoGpuCause[];

beforeEach(() => {
  // rendered to text, React reads the initial state
  vi.spyOn(lab, 'getInitialState').mockImplementation(lab.getState);
  lab.setState({ source: 'replay', status: 'playing', error: null, run: emptyRun(), runName: null, notices: [] });
});
afterEach(() => void vi.restoreAllMocks());

describe('without WebGPU', () => {
  it.each(causes)('%s has its own reason and steps', (cause) => {
    lab.setState({ adapter: { kind: 'none', cause, message: 'as reported' } });
    const text = html(NoGpuBanner);
    expect(text).toContain(`WebGPU unavailable: ${GPU_ADVICE[cause].why}.`);
    for (const step of GPU_ADVICE[cause].steps) expect(text).toContain(`<li>${step}</li>`);
    expect(text).toContain('as reported');
    expect(buttons(text)).toEqual(['Check again']);
    const others = causes.filter((other) => other !== cause).map((other) => GPU_ADVICE[other]);
    for (const { why, steps } of others) {
      expect(text).not.toContain(why);
      expect(text).not.toContain(steps[0]);
    }
  });

  it('says nothing beside a run that trains on the CPU', () => {
    lab.setState({ adapter: { kind: 'none', cause: 'no-adapter', message: '' }, source: 'live' });
    expect(html(NoGpuBanner)).toBe('');
    lab.setState({ status: 'finished' });
    expect(html(NoGpuBanner)).not.toBe('');
  });

  it('offers a reload where the worker did not load', () => {
    lab.setState({ adapter: { kind: 'none', cause: 'worker', message: 'worker did not load' } });
    expect(buttons(html(NoGpuBanner))).toEqual(['Reload']);
  });
});

describe('a failure', () => {
  const fail = (cause?: NoGpuCause) => lab.setState({ status: 'failed', error: { message: 'it broke', cause } });

  it.each([
    ['replay', 'The recording cannot be read.', ['Try again']],
    ['stored', 'The stored run cannot be read.', ['Open Runs']],
    ['live', 'The run ended with an error.', ['Open New run']],
  ] as const)('of %s says which, and what to do', (source, words, actions) => {
    lab.setState({ source });
    fail();
    const text = html(FailureBanner);
    expect(text).toContain(`<b>${words}</b> it broke.`);
    expect(text).toContain('role="alert"');
    expect(buttons(text)).toEqual(actions);
  });

  it('of a stored run that trained loses nothing; a lost device has its steps', () => {
    const run = { ...emptyRun(), start: {} as never };
    lab.setState({ source: 'live', runName: 'parity-1', run });
    fail('lost');
    const text = html(FailureBanner);
    expect(text).toContain('Nothing is lost: the run stays in Runs');
    for (const step of GPU_ADVICE.lost.steps) expect(text).toContain(step);
    expect(buttons(text)).toEqual(['Continue', 'Open New run']);
  });
});

it('a full storage leads to Runs, and can be tried again', () => {
  lab.setState({ notices: [{ code: 'full', bytes: 1, others: [] }] });
  expect(buttons(html(RunNotices))).toEqual(['Open Runs', 'Try again']);
});

it('a bad link lists each fault, until it is closed', () => {
  lab.setState({ linkFaults: ['there is no screen "a"', 'step="b" is no number'] });
  const text = html(LinkBanner);
  expect([...text.matchAll(/<li>(.*?)<\/li>/g)].map(([, fault]) => fault)).toEqual([
    'there is no screen &quot;a&quot;.',
    'step=&quot;b&quot; is no number.',
  ]);
  expect(buttons(text)).toEqual(['Close']);
});
