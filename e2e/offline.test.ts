/** Service worker: the page opens without its server, and a new version waits until a person asks for it. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { chooseRecipe, setFields, stages, train, waitForStage } from './labPage';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser(false);
});
afterAll(() => browser?.close());

/** Waits until the service worker has every file and answers for the page. */
const untilOffline = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);

async function trainSmall(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await chooseRecipe(page, 'parity-8-nano');
  await setFields(page, fields);
  await train(page);
}

it('can be installed: the manifest and its icons are there', async () => {
  const served = await serveApp();
  const manifest = (await (await fetch(`${served.url}manifest.webmanifest`)).json()) as {
    name: string;
    display: string;
    icons: { src: string; type: string }[];
  };
  expect(manifest).toMatchObject({ name: 'Groupthink', display: 'standalone' });
  for (const { src, type } of manifest.icons) {
    const { status, headers } = await fetch(served.url + src);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
  }
  await served.close();
});

it('plays the recording, shows results and trains with a custom term without server and network', async () => {
  const served = await serveApp();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(served.url);
  await untilOffline(page);
  await served.close();
  await page.context().setOffline(true);
  const complaints = complaintsOf(page);
  await page.reload();
  await waitForStage(page, /SFT [1-9]\d*\/300/);
  await page.locator('.recharts-surface').first().waitFor();
  await page.waitForFunction(() =>
    [...document.fonts].some(({ family, status }) => /Inter Variable/.test(family) && status === 'loaded'),
  );
  await page.getByRole('button', { name: 'Runs' }).click();
  await page.getByRole('tab', { name: 'The report beside us' }).click();
  await page.getByRole('region', { name: /^E1: / }).waitFor();
  await trainSmall(page, {
    'sft.steps': '1',
    'grpo.steps': '1',
    'grpo.prompts': '1',
    'evaluation.problems': '2',
    'reward.custom': '1',
    'reward.customSource': '(rollout) => 0.5',
  });
  await waitForStage(page, /SFT 1\/1.*GRPO 1\/1.*done/);
  expect(await page.getByTestId('reasons').innerText()).not.toMatch(/custom term failed/);
  expect(complaints).toEqual([]);
  await page.close();
});

describe('a new version on the server', () => {
  const DESCRIPTION = 'Watch a tiny model learn to think.';
  let folder: string;
  let served: Awaited<ReturnType<typeof serveApp>>;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'groupthink-versions-'));
    await cp(inject('app'), folder, { recursive: true });
    served = await serveApp(folder);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await page.goto(served.url);
    await untilOffline(page);
  });
  afterAll(async () => {
    await context?.close();
    await served?.close();
    await rm(folder, { recursive: true });
  });

  /** Writes what another build would have written: another page, under another revision. */
  async function publish(): Promise<void> {
    const change = async (file: string, from: string | RegExp, to: string) => {
      const text = await readFile(path.join(folder, file), 'utf8');
      expect(text).toMatch(from);
      await writeFile(path.join(folder, file), text.replace(from, to));
    };
    await change('index.html', DESCRIPTION, 'Version two.');
    await change('sw.js', /\{url:"index\.html",revision:"\w+"\}/, '{url:"index.html",revision:"two"}');
  }

  const offer = () => page.getByRole('status').filter({ hasText: 'A new version is ready' });
  const reload = () => offer().getByRole('button', { name: 'Reload' });
  const steps = async () => Number(/SFT (\d+)/.exec(await stages(page))?.[1]);
  const trainsOn = async () => {
    await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThanOrEqual(0); // the line shows no number while it compiles
    const before = await steps();
    await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(before);
    expect(await page.evaluate(() => 'firstVersion' in window)).toBe(true);
  };
  const description = () => page.locator('meta[name=description]').getAttribute('content');

  it('is offered while a training goes on', async () => {
    await page.evaluate(() => Object.assign(window, { firstVersion: true }));
    await trainSmall(page, { 'sft.steps': '5000' });
    await waitForStage(page, /SFT [1-9]/);
    await publish();
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await offer().waitFor();
    await trainsOn();
  });

  it('does not open while another tab needs the old files', async () => {
    const other = await context.newPage();
    await other.goto(served.url);
    await waitForStage(other, /SFT \d/);
    await reload().click();
    await offer().filter({ hasText: 'Close the other tabs of the lab, then reload.' }).waitFor();
    await trainsOn();
    expect(await other.locator('meta[name=description]').getAttribute('content')).toContain(DESCRIPTION);
    await other.close();
  });

  it('asks before it ends the training, and opens when a person agrees', async () => {
    const dialog = page.getByRole('dialog');
    const asks = dialog.filter({ hasText: /“Parity of 8 bits, quick” is training here/ });
    // the browser may take a moment to notice that the other tab is gone
    await expect
      .poll(
        async () => {
          if (!(await asks.isVisible())) await reload().click();
          return asks.isVisible();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await trainsOn();
    expect(await description()).toContain(DESCRIPTION);
    await reload().click();
    await dialog.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction(() => !('firstVersion' in window));
    expect(await description()).toContain('Version two.');
    await waitForStage(page, /SFT \d+\/300/);
    expect(await offer().count()).toBe(0);
  });
});
