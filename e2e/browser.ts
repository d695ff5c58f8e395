/** Bundled headless Chromium with its SwiftShader, and a server for the app. Fails where either is missing. */
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createServer, preview } from 'vite';
import { inject } from 'vitest';
import { unpackBundled } from '../src/gpu/bundled';

const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const QUIET = ['--disable-background-networking', '--disable-quic', '--disable-component-update'];

/** @param webgpu false starts a browser without WebGPU */
export async function openBrowser(webgpu = true): Promise<Browser> {
  const folder = await unpackBundled('chromium');
  return chromium.launch({
    executablePath: path.join(folder, 'chromium'),
    headless: true,
    chromiumSandbox: false,
    args: [...(webgpu ? WEBGPU : ['--disable-features=WebGPU', '--disable-blink-features=WebGPU']), ...QUIET],
    env: { ...process.env, LD_LIBRARY_PATH: `${folder}/lib:${folder}`, FONTCONFIG_PATH: folder } as Record<
      string,
      string
    >,
  });
}

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, '..');

/** Serves the app that `buildApp.ts` built, or another folder. */
export async function serveApp(outDir = inject('app')): Promise<Served> {
  const server = await preview({
    root: ROOT,
    build: { outDir },
    preview: { port: 0, host: 'localhost', open: false },
    logLevel: 'error',
  });
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}

/** Serves pages that only tests open, from their sources. */
export async function serveSources(): Promise<Served> {
  const server = await createServer({ root: ROOT, server: { port: 0, host: 'localhost' }, logLevel: 'error' });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time of the thread, microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * Records the tasks of main threads until the returned function is called. It returns the processor time of each task,
 * milliseconds, longest first. Time on the clock would also count waits for a software adapter and other work on the machine.
 */
export async function recordMainThread(browser: Browser, page: Page): Promise<() => Promise<number[]>> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  return async () => {
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
    const main = new Set(threads.map(({ pid, tid }) => `${pid}/${tid}`));
    return traceEvents
      .filter(({ ph, pid, tid }) => ph === 'X' && main.has(`${pid}/${tid}`))
      .map(({ tdur = 0 }) => tdur / 1000)
      .sort((a, b) => b - a);
  };
}

/** Time of the work in `slowness` on a current laptop, for which the page's budgets hold, ms. */
const REFERENCE_MS = 30;

/**
 * Measures the speed of this machine's main thread: how many times longer than on a current laptop plain JavaScript takes, at
 * least 1. A budget in milliseconds times this factor suits any machine.
 */
export async function slowness(page: Page): Promise<number> {
  const took = await page.evaluate(() => {
    const times = Array.from({ length: 7 }, () => {
      const began = performance.now();
      let state = 1;
      const items = Array.from({ length: 60_000 }, (_, i) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return { key: state, name: `item ${i}` };
      });
      items.sort((a, b) => a.key - b.key);
      new Map(items.map(({ name, key }) => [name, key]));
      return performance.now() - began;
    });
    return times.sort((a, b) => a - b)[3] as number;
  });
  return Math.max(1, took / REFERENCE_MS);
}

/** Messages of the page's console and its errors, for `expect(…).toEqual([])`. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}
