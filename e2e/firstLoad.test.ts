/** First load of the page: how much a browser fetches before there is something to see. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser, serveApp } from './browser';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

/** Most bytes before the first picture, gzipped. docs/security.md has the measured number. */
const FIRST_PICTURE_BYTES = 200_000;

it('shows its first picture after few bytes; charts, regular expressions, recording and worker come later', async () => {
  const page = await browser.newPage();
  await page.goto(served.url);
  await page.locator('.recharts-surface').first().waitFor();
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/re2-')));
  const { early, late } = await page.evaluate(() => {
    const shown = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    const resources = performance.getEntriesByType('resource');
    const named = (entries: typeof resources) => entries.map(({ name }) => new URL(name).pathname);
    return {
      early: named(resources.filter(({ startTime }) => startTime <= shown)),
      late: named(resources.filter(({ startTime }) => startTime > shown)),
    };
  });
  const sizeOf = async (file: string) => gzipSync(await readFile(path.join(inject('app'), file))).length;
  const sizes = await Promise.all(['index.html', ...early].map(sizeOf));
  expect(early.filter((file) => file.endsWith('.js'))).not.toEqual([]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_PICTURE_BYTES);
  expect(early.join(' ')).not.toMatch(
    /(Plot|re2|replay|json|worker|Learn|Report|RunsView|NewRunDrawer|Dialog\w*|ShareDialog)-[^ ]*\.js/,
  );
  expect(late.join(' ')).toMatch(/Plot-.*\.js/);
  await page.close();
});
