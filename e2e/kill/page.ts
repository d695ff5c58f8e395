/** Pages that lose their tab, worker, GPU process or device while they train. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { withFields } from '../../src/lab/recipe/recipe';
import { createStored } from '../../src/lab/stored/forked';
import { expectSameResult, resultOf } from '../../src/lab/stored/stored.fixture';
import { memoryFiles } from '../../src/runs/memoryFiles';
import { openBrowser, serveApp } from '../browser';
import { waitForStage } from '../labPage';
import { momentOf, RECIPE } from './recipe';

/** Kinds of kills, each with what it does to a page; false if it did nothing. */
const kinds = {
  tab: (page: Page) => page.close({ runBeforeUnload: false }),
  worker: (page: Page) => page.evaluate(() => window.groupthinkTest.workers.at(-1)!.terminate()),
  'GPU process': (page: Page) => killGpuProcess(page.context().browser()!),
  device: async (page: Page) => {
    for (const worker of page.workers()) await worker.evaluate(() => globalThis.groupthinkDevices?.at(-1)?.destroy());
  },
  quota: fillQuota,
} as const;
type PageKill = keyof typeof kinds;

declare global {
  interface Window {
    groupthinkTest: { readonly workers: Worker[] };
  }
  var groupthinkDevices: GPUDevice[] | undefined;
}

async function killGpuProcess(browser: Browser): Promise<void> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = (await cdp.send('SystemInfo.getProcessInfo')) as {
    processInfo: readonly { readonly type: string; readonly id: number }[];
  };
  for (const { type, id } of processInfo) if (type === 'GPU') process.kill(id, 'SIGKILL');
  await cdp.detach();
}

/** Leaves no room for the page's files until the page says so, or has ended. @returns true if it said so */
async function fillQuota(page: Page): Promise<boolean> {
  const cdp = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  const full = page.getByText('The storage is full, so the run is paused.');
  await full.or(page.getByTestId('stages').getByText('done')).first().waitFor();
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  const paused = await full.isVisible();
  if (paused) await page.getByRole('button', { name: 'Try again' }).click();
  return paused;
}

const NAME = 'killed';

/** Folder of a run in which nothing has happened yet: path and content in base64. */
async function newRun(): Promise<[path: string, base64: string][]> {
  const files = memoryFiles();
  await createStored(files, withFields(RECIPE, { kernels: 'fixed' }), { adapter: 'page', title: NAME });
  return [...files.contents].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]);
}

/** Puts a new run into the page's private files. */
async function putRun(page: Page): Promise<void> {
  await page.evaluate(
    async ({ name, files }) => {
      const root = await navigator.storage.getDirectory();
      const runs = await root.getDirectoryHandle('runs', { create: true });
      const run = await runs.getDirectoryHandle(name, { create: true });
      for (const [path, base64] of files) {
        const stream = await (await run.getFileHandle(path, { create: true })).createWritable();
        await stream.write(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
        await stream.close();
      }
    },
    { name: NAME, files: await newRun() },
  );
}

/** Reads the run back out of the page's private files. */
async function storedRun(page: Page) {
  const files = await page.evaluate(async (name) => {
    const found: [string, string][] = [];
    const read = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [entry, handle] of folder.entries()) {
        if (handle.kind === 'directory') {
          await read(handle as FileSystemDirectoryHandle, `${path}${entry}/`);
          continue;
        }
        const bytes = new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
        let text = '';
        for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
        found.push([`${path}${entry}`, btoa(text)]);
      }
    };
    const root = await navigator.storage.getDirectory();
    await read(await (await root.getDirectoryHandle('runs')).getDirectoryHandle(name), '');
    return found;
  }, NAME);
  return memoryFiles(
    {},
    new Map(files.map(([path, base64]) => [path, Uint8Array.from(Buffer.from(base64, 'base64'))])),
  );
}

/** Pages of one server, with WebGPU or without. */
export class PageKills {
  private whole: { readonly result: Awaited<ReturnType<typeof resultOf>>; readonly took: number } | null = null;

  private constructor(
    private readonly served: Awaited<ReturnType<typeof serveApp>>,
    private readonly webgpu: boolean,
  ) {}

  static open = async (webgpu: boolean): Promise<PageKills> => new PageKills(await serveApp(), webgpu);

  close(): Promise<void> {
    return this.served.close();
  }

  /** Context of a browser of its own: after a few lost devices, Chrome gives a site no adapter. */
  private async newContext(): Promise<BrowserContext> {
    const browser = await openBrowser(this.webgpu);
    const context = await browser.newContext();
    await context.addInitScript(() => {
      const workers: Worker[] = [];
      const Real = Worker;
      Object.assign(window, {
        groupthinkTest: { workers },
        Worker: function make(url: URL, options: WorkerOptions) {
          const worker = new Real(url, options);
          workers.push(worker);
          return worker;
        },
      });
    });
    return context;
  }

  private async openPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${this.served.url}#view=runs`);
    return page;
  }

  /** Keeps the devices that the worker of a page opens from now on. */
  private async keepDevices(page: Page): Promise<void> {
    for (const worker of page.workers())
      await worker.evaluate(() => {
        if (globalThis.groupthinkDevices || !('gpu' in navigator)) return;
        const devices: GPUDevice[] = [];
        globalThis.groupthinkDevices = devices;
        const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function request(...given) {
          const device = await requestDevice.apply(this, given);
          devices.push(device);
          return device;
        };
      });
  }

  /** Presses *Continue* in Runs. @returns false if the run has finished */
  private async continueRun(page: Page): Promise<boolean> {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Runs' }).click();
    const main = page.locator('main');
    const button = main.getByRole('button', { name: /^Continue/ });
    await button
      .or(main.getByText('finished', { exact: true }))
      .first()
      .waitFor();
    if (!(await button.isVisible())) return false;
    await button.click();
    return true;
  }

  private async train(page: Page): Promise<number> {
    const began = performance.now();
    await this.continueRun(page);
    await this.toEnd(page);
    return performance.now() - began;
  }

  /**
   * @returns false if the run had ended before it was continued: Runs learns of an end a moment after it
   * @throws with the words on the page if the run does not come to its end
   */
  private async toEnd(page: Page): Promise<boolean> {
    const done = waitForStage(page, /done/, 90_000).then(() => true);
    const over = page.locator('[data-notice]', { hasText: 'this run has ended' }).waitFor({ timeout: 90_000 });
    return Promise.any([done, over.then(() => false)]).catch(async (error: Error) => {
      const header = await page.getByTestId('stages').innerText();
      const notices = await page.locator('[data-notice]').allInnerTexts();
      throw new Error(`${error.message}\n${[header, ...notices].join('\n')}`);
    });
  }

  private async isDone(page: Page): Promise<boolean> {
    return /done/.test((await page.getByTestId('stages').innerText()) ?? '');
  }

  /** Opens a page that has a new run. */
  private async openRun(context: BrowserContext): Promise<Page> {
    const page = await this.openPage(context);
    await putRun(page);
    await page.reload();
    return page;
  }

  private async uninterrupted() {
    const context = await this.newContext();
    const page = await this.openRun(context);
    const took = await this.train(page);
    const result = await resultOf(await storedRun(page));
    await context.browser()!.close();
    return { result, took };
  }

  /** @returns true if the kill came before the end of the run @throws if the run, continued, has other events or weights */
  async trial(trial: number, kind: PageKill): Promise<boolean> {
    this.whole ??= await this.uninterrupted();
    const { result, took } = this.whole;
    const context = await this.newContext();
    try {
      let page = await this.openRun(context);
      if (kind === 'device') await this.keepDevices(page);
      await this.continueRun(page);
      await new Promise((resolve) => setTimeout(resolve, momentOf(trial).share * took));
      const wasDone = await this.isDone(page);
      const paused = await kinds[kind](page);
      if (kind === 'tab') page = await this.openPage(context);
      const restarts = kind === 'tab' || kind === 'worker';
      // the list says more than the page that is gone: a run may finish before its page knows
      let ended = restarts ? !(await this.continueRun(page)) : wasDone;
      if (!ended || !restarts) ended = !(await this.toEnd(page)) || ended;
      await expectSameResult(await storedRun(page), result);
      return paused ?? !ended;
    } finally {
      await context.browser()!.close();
    }
  }
}
