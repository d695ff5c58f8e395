/** Every case of every kernel, and of its forms in f16 where the adapter has it, in Firefox. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels';
import { trialsOf } from '../../src/kernels/conformance';
import { withF16Variants } from '../../src/kernels/f16Rewrite';
import { lossKernels } from '../../src/train/losses/kernels';
import { serveSources } from '../browser';
import type { ConformanceReport } from '../conformance';
import { openFirefox } from './browser';

const all = [...kernels, ...(await lossKernels())];

describe('kernels in Firefox', () => {
  let browser: Browser;
  let served: Awaited<ReturnType<typeof serveSources>>;
  let report: ConformanceReport;

  beforeAll(async () => {
    served = await serveSources();
    const url = `${served.url}e2e/conformance.html`;
    browser = await openFirefox(`${served.url}e2e/blank.html`);
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.conformance !== undefined, { polling: 500, timeout: 1_700_000 });
    report = (await page.evaluate(() => window.conformance)) as ConformanceReport;
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  it('run on an adapter that is named', async ({ annotate }) => {
    expect(report.error).toBeNull();
    expect(report.adapter).toMatch(/^WebGPU: \S/);
    await annotate(`${report.adapter}: ${report.mismatches.length} cases in ${report.seconds.toFixed(1)} s`);
  });

  it('are read back without waiting for the next look of the browser, every 100 ms', async ({ annotate }) => {
    await annotate(`${report.readback.toFixed(1)} ms`);
    expect(report.readback).toBeLessThan(40);
  });

  it.each(trialsOf(withF16Variants(all)))('$name', ({ name }) => {
    expect(report.mismatches.find((entry) => entry.name === name)).toEqual({ name, verdict: null });
  });
});
