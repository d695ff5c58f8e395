/** Offer of a new version: when it appears, and what has to happen before it opens. */
import { afterEach, expect, it, vi } from 'vitest';
import { smallStart, smallStep } from '../../lab/run/smallRun.fixture';
import { lab } from '../../store/lab';
import { answer } from '../../store/question';
import { applyEvent, emptyRun } from '../../store/run';
import { installServiceWorker, openNewVersion } from './updates';

class FakeWorker extends EventTarget {
  state = 'installing';
  posted: unknown[] = [];
  postMessage(message: unknown) {
    this.posted.push(message);
  }
  install() {
    this.state = 'installed';
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  active: FakeWorker | null = new FakeWorker();
  waiting: FakeWorker | null = null;
  installing: FakeWorker | null = null;
  find() {
    this.installing = new FakeWorker();
    this.dispatchEvent(new Event('updatefound'));
    return this.installing;
  }
}

vi.useFakeTimers(); // the hourly look for a version

async function install(registration: FakeRegistration, tabs = 1) {
  const serviceWorker = Object.assign(new EventTarget(), { register: async () => registration });
  const held = Array.from({ length: tabs }, () => ({ name: 'groupthink-tab' }));
  const locks = { request: async () => {}, query: async () => ({ held }) };
  const [stopAsking, reload] = [vi.fn(), vi.fn()];
  await installServiceWorker({ serviceWorker, locks } as never, 'sw.js', stopAsking, reload);
  return { stopAsking, reload, takeOver: () => serviceWorker.dispatchEvent(new Event('controllerchange')) };
}

const offered = () => lab.getState().newVersion;
afterEach(() =>
  lab.setState({ newVersion: null, question: null, source: 'replay', status: 'loading', run: emptyRun() }),
);

it('does not offer the first version', async () => {
  const registration = new FakeRegistration();
  registration.active = null;
  await install(registration);
  registration.find().install();
  expect(offered()).toBe(null);
});

it('offers a version that waits already, and one that is found later', async () => {
  const registration = new FakeRegistration();
  registration.waiting = new FakeWorker();
  await install(registration);
  expect(offered()).toBe('ready');
  lab.setState({ newVersion: null });
  const found = registration.find();
  expect(offered()).toBe(null);
  found.install();
  expect(offered()).toBe('ready');
});

it('reloads only after the asked version has taken over', async () => {
  const registration = new FakeRegistration();
  const { reload, stopAsking, takeOver } = await install(registration);
  const found = registration.find();
  found.install();
  takeOver(); // another tab's doing
  expect(reload).not.toHaveBeenCalled();
  await openNewVersion();
  expect(found.posted).toEqual([{ type: 'SKIP_WAITING' }]);
  expect(stopAsking).toHaveBeenCalledOnce();
  expect(reload).not.toHaveBeenCalled();
  takeOver();
  expect(reload).toHaveBeenCalledOnce();
});

it('waits while another tab is open', async () => {
  const registration = new FakeRegistration();
  await install(registration, 2);
  const found = registration.find();
  found.install();
  await openNewVersion();
  expect([offered(), found.posted]).toEqual(['other-tabs', []]);
});

it.each([true, false])('asks before it ends a training; the answer is %s', async (goAhead) => {
  const registration = new FakeRegistration();
  await install(registration);
  const found = registration.find();
  found.install();
  const run = emptyRun();
  for (const event of [smallStart, smallStep(1)]) applyEvent(run, event);
  lab.setState({ source: 'live', status: 'playing', run });
  const opened = openNewVersion();
  await vi.waitFor(() => expect(lab.getState().question?.title).toBe('Reload for the new version?'));
  answer(goAhead);
  await opened;
  expect(found.posted).toHaveLength(goAhead ? 1 : 0);
});

it('does without a service worker where the browser has none or refuses it', async () => {
  await installServiceWorker({}, 'sw.js', vi.fn());
  const refuse = { register: () => Promise.reject(new Error('refused')) };
  await installServiceWorker({ serviceWorker: refuse } as never, 'sw.js', vi.fn());
  const sandboxed = {
    get serviceWorker(): never {
      throw new DOMException('sandboxed', 'SecurityError');
    },
  };
  await installServiceWorker(sandboxed, 'sw.js', vi.fn());
  expect(offered()).toBe(null);
});

it('offers and opens a version where the browser refuses locks', async () => {
  const registration = new FakeRegistration();
  registration.waiting = new FakeWorker();
  const serviceWorker = Object.assign(new EventTarget(), { register: async () => registration });
  const refuse = () => Promise.reject(new DOMException('refused', 'SecurityError'));
  await installServiceWorker({ serviceWorker, locks: { request: refuse, query: refuse } } as never, 'sw.js', vi.fn());
  expect(offered()).toBe('ready');
  await openNewVersion();
  expect(registration.waiting.posted).toHaveLength(1);
});
