/** Faults: a browser refuses a feature, a worker dies, a screen fails, a run does not stop. The page shows a message. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';
import {
  chooseRecipe,
  fieldAt,
  openNewRun,
  train as press,
  STOP_MS,
  setFields,
  timeToStop,
  waitForStage,
} from './labPage';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const banner = (page: Page) => page.locator('[data-notice=error]').innerText();

describe('where the browser refuses everything', () => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    page = await browser.newPage();
    complaints = complaintsOf(page);
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
        Object.defineProperty(window, name, { get: refuse });
      for (const name of ['storage', 'gpu', 'locks', 'clipboard'])
        Object.defineProperty(Navigator.prototype, name, { get: () => undefined });
      Object.assign(window, { matchMedia: undefined, Worker: refuse });
      Object.assign(History.prototype, { pushState: refuse, replaceState: refuse });
    });
    await page.goto(`${served.url}#view=nowhere&step=%E0%A4%A&group=-1&rollout=1e9&task=__proto__`);
  });
  afterAll(() => page?.close());

  it('plays the recording, shows every screen, and says why nothing trains', async () => {
    await waitForStage(page, /SFT [1-9]\d*\/300/);
    await page.locator('[data-notice]', { hasText: 'worker did not load: allow scripts and workers' }).waitFor();
    expect(await page.locator('[data-notice]', { hasText: 'This link' }).innerText()).toContain(
      'there is no screen "nowhere"; there are learn, train, ',
    );
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.getByRole('button', { name: 'Light theme' }).waitFor();
    for (const view of ['Learn', 'Traces', 'Runs', 'Train']) {
      await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: view }).click();
      await page.locator(`nav [aria-current=page]`, { hasText: view }).waitFor();
      expect(await page.locator('main').innerText()).not.toBe('');
    }
    expect(await page.getByTestId('broken').count()).toBe(0);
    const start = (await openNewRun(page)).getByTestId('start');
    await start.getByText(/This recipe cannot train here: .*worker did not load/).waitFor();
    expect(await start.getByRole('button', { name: /^Train on the CPU/ }).isDisabled()).toBe(true);
    await start.getByRole('button', { name: /^Train the small model/ }).click();
    expect(await banner(page)).toMatch(/worker did not load/);
    expect(complaints).toEqual([]);
  });
});

describe('while it runs', () => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
    // keeps the workers of the page, so that the test can end one
    await page.addInitScript(() => {
      const workers: Worker[] = [];
      const Real = Worker;
      Object.assign(window, {
        workers,
        Worker: function make(url: URL, options: WorkerOptions) {
          const worker = new Real(url, options);
          workers.push(worker);
          return worker;
        },
      });
    });
    await page.goto(served.url);
    await chooseRecipe(page, 'parity-8-nano');
  });
  afterAll(() => page?.close());
  const train = () => press(page);

  it('shows a syntax error of an own term while it is typed, and that a text gives no function', async () => {
    const source = await fieldAt(page, 'reward.customSource');
    const syntax = source.locator('xpath=following-sibling::*[1]');
    const complains = (text: string) => syntax.filter({ hasText: text }).waitFor({ timeout: 20_000 });
    await source.pressSequentially('for (;;);\n(rollout) => rollout.');
    await complains('This does not run: line 2, column 22: expecting field name');
    await source.pressSequentially('length +* 2');
    await complains('This does not run: line 2, column 30: ');
    for (let i = 0; i < 4; i++) await source.press('Backspace');
    await page.waitForFunction(() => document.querySelector('[id$=-syntax]')?.textContent === '');
    await source.fill('5');
    await complains('This does not run: line 1, column 1: it gives no function');
    expect(await source.getAttribute('aria-invalid')).toBe('true');
    await source.fill('');
  });

  it('says that its worker died, and trains again in a fresh one', async () => {
    await train();
    await waitForStage(page, /SFT [1-9]/);
    await page.evaluate(() => (window as unknown as { workers: Worker[] }).workers.at(-1)?.terminate());
    await page.locator('[data-notice=error]').waitFor({ timeout: 5000 });
    expect(await banner(page)).toMatch(/worker ended unexpectedly: start the run again/);
    await train();
    await page.locator('[data-notice=error]').waitFor({ state: 'detached' });
    await waitForStage(page, /SFT [1-9]/);
  });

  it('stops at once', async () => {
    expect(await timeToStop(page)).toBeLessThan(STOP_MS);
  });

  it('stops at once while an own term hangs', async () => {
    await page.reload();
    await chooseRecipe(page, 'parity-8-nano');
    await setFields(page, {
      'sft.steps': '0',
      'evaluation.problems': '2',
      'reward.custom': '1',
      'reward.customSource': '(rollout) => { for (;;); }',
    });
    await train();
    await waitForStage(page, /GRPO 1\//); // most of the next step is the term running into its limit
    expect(await timeToStop(page)).toBeLessThan(STOP_MS);
  });

  it('keeps a fault of one screen in that screen, with a way on', async () => {
    await page.evaluate(() => {
      const real = Number.prototype.toPrecision;
      Object.assign(window, { repair: () => Object.assign(Number.prototype, { toPrecision: real }) });
      Number.prototype.toPrecision = () => {
        throw new Error('no digits today');
      };
    });
    const view = (name: string) =>
      page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();
    await view('Runs');
    await page.getByRole('tab', { name: 'The report beside us' }).click();
    const broken = page.locator('main').getByTestId('broken');
    expect(await broken.innerText()).toMatch(/Runs cannot be shown.*no digits today/s);
    await view('Learn');
    await page.getByText('Each lesson asks one question').waitFor();
    await view('Runs');
    await page.evaluate(() => (window as unknown as { repair: () => void }).repair());
    await broken.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('navigation', { name: 'Experiments' }).waitFor();
    expect(await broken.count()).toBe(0);
  });
});
