/** Changed recordings and results in the page: a message or the run, never a blank page and never an error that nobody catches. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importers } from '../src/fuzz/importers';
import { mutatedFile, mutatedLines } from '../src/fuzz/mutate';
import { random } from '../src/random';
import { openBrowser, serveApp } from './browser';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

it.concurrent.each([
  { name: 'a recording', files: '**/runs/*.jsonl', view: 'rollouts', mutate: mutatedLines },
  { name: 'results', files: '**/results/E1.json', view: 'evaluate', mutate: mutatedFile },
])('shows something whatever $name holds', async ({ name, files, view, mutate }) => {
  const { sample } = importers.find((importer) => importer.name === name)!;
  const stream = random(0, 'page', name);
  const page = await browser.newPage();
  const thrown: string[] = [];
  page.on('pageerror', ({ message }) => thrown.push(message));
  let body = Buffer.from('');
  await page.route(files, (route) => route.fulfill({ body }));
  for (let i = 0; i < 25; i++) {
    const { bytes, what } = mutate(sample, stream);
    body = Buffer.from(bytes);
    await page.goto('about:blank');
    await page.goto(`${served.url}#view=${view}`);
    // to its end or to the message that says why not
    await page.waitForFunction(
      () =>
        document.querySelector('.notice.error, .fault') !== null ||
        /\S/.test(document.querySelector('main')?.innerText ?? ''),
    );
    const end = page.getByRole('button', { name: 'To the end' });
    if (await end.isEnabled()) await end.click({ timeout: 2000 }).catch(() => {}); // it may have ended meanwhile
    expect((await page.locator('main').innerText()).trim(), `${i}: ${what}`).not.toBe('');
    expect(await page.locator('.broken').count(), `${i}: ${what}`).toBe(0);
    expect(thrown, `${i}: ${what}`).toEqual([]);
  }
  await page.close();
});
