/** Firefox trains in the page, and shows the app as it is shipped. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveApp, serveSources } from '../browser';
import { complaintsOf, openFirefox } from './browser';
import type { TrainingReport } from './training';

describe('in Firefox', () => {
  let browser: Browser;
  let sources: Awaited<ReturnType<typeof serveSources>>;
  let app: Awaited<ReturnType<typeof serveApp>>;
  beforeAll(async () => {
    [sources, app] = await Promise.all([serveSources(), serveApp()]);
    browser = await openFirefox(`${sources.url}e2e/blank.html`);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([sources?.close(), app?.close()]);
  });

  it('a tiny model learns to think before it answers', async ({ annotate }) => {
    const page = await browser.newPage();
    await page.goto(`${sources.url}e2e/firefox/training.html?recipe=parity-8-nano`);
    await page.waitForFunction(() => window.training !== undefined, { polling: 500, timeout: 1_700_000 });
    const { adapter, summary, seconds, error } = (await page.evaluate(() => window.training)) as TrainingReport;
    expect(error).toBeNull();
    const { sft, grpo } = summary!;
    await annotate(
      `${adapter}: ${seconds.toFixed(0)} s; ${sft.greedy_accuracy} after SFT, ${grpo.greedy_accuracy} after GRPO`,
    );
    expect(sft.greedy_accuracy).toBeLessThan(0.8);
    expect(grpo.greedy_accuracy).toBeGreaterThan(0.9);
    expect(grpo.mean_length).toBeGreaterThan(11);
    await page.close();
  });

  it('the app opens with a recording, finds the adapter and says nothing on the console', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(app.url);
    await page.waitForSelector('[data-testid=stages]');
    await page.waitForFunction(
      () => /SFT [1-9]\d*\/\d+/.test(document.querySelector('[data-testid=stages]')?.textContent ?? ''),
      { polling: 200, timeout: 60_000 },
    );
    expect(await page.$('[data-notice]')).toBeNull();
    expect(complaints).toEqual([]);
  });
});
