/** Every case of every kernel on real headless Chromium. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernels } from '../src/kernels';
import { trialsOf } from '../src/kernels/conformance';
import { withF16Variants } from '../src/kernels/f16Rewrite';
import { lossKernels } from '../src/train/losses/kernels';
import { openBrowser, serveSources } from './browser';
import type { ConformanceReport } from './conformance';

const all = [...kernels, ...(await lossKernels())];

describe('kernels in Chromium', () => {
  let browser: Browser;
  let served: Awaited<ReturnType<typeof serveSources>>;
  let report: ConformanceReport;

  beforeAll(async () => {
    [browser, served] = await Promise.all([openBrowser(), serveSources()]);
    const page = await browser.newPage();
    await page.goto(`${served.url}e2e/conformance.html`);
    await page.waitForFunction(() => window.conformance !== undefined, null, { timeout: 500_000 });
    report = (await page.evaluate(() => window.conformance)) as ConformanceReport;
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  it('runs on an adapter', () => {
    expect(report.error).toBeNull();
    expect(report.adapter).toContain('WebGPU');
  });

  it.each(trialsOf(withF16Variants(all)))('$name', ({ name }) => {
    expect(report.mismatches.find((entry) => entry.name === name)).toEqual({ name, verdict: null });
  });
});
