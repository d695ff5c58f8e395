/** Files of runs and their locks in a worker of real headless Chromium. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contracts } from '../src/runs/contract.fixture';
import { openBrowser, serveSources } from './browser';

let browser: Browser;
let served: Awaited<ReturnType<typeof serveSources>>;
let page: Page;
beforeAll(async () => {
  [browser, served] = await Promise.all([openBrowser(false), serveSources()]);
  page = await browser.newPage();
  await page.goto(`${served.url}e2e/runs.html`);
  await page.waitForFunction(() => window.checkRuns !== undefined);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

it.each([
  { sync: true, move: true },
  { sync: false, move: true },
  { sync: true, move: false },
])('private files keep the contract, sync handles: $sync, move: $move', async (request) => {
  const { results, locks } = await page.evaluate((given) => window.checkRuns!(given), request);
  expect(results).toEqual(Object.fromEntries(contracts.map(({ name }) => [name, null])));
  expect(locks).toEqual(['one owns', 'two: tab one', 'held by tab one', 'held by nobody', 'two owns']);
});

it('a full quota is noticed by each write, and damages nothing', async () => {
  const writes = () => page.evaluate(() => window.tryWrites!({ writes: 5000 }));
  const cdp = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  expect(await writes()).toEqual(['written', 'written', '5000 bytes']);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  expect(await writes()).toEqual(['full', 'full', '5000 bytes']);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await writes()).toEqual(['written', 'written', '10000 bytes']);
});
