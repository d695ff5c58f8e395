/** Changed recordings and results in the page: it shows a message or the run, and throws nothing. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Importer, importers } from '../src/fuzz/importers.fixture';
import { type Mutation, mutatedFile, mutatedLines } from '../src/fuzz/mutate.fixture';
import { type Random, random } from '../src/random';
import { openBrowser, serveApp } from './browser';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

/** Pages opened with each of the two; `npm run fuzz` opens more. */
const PAGES = Number(process.env.FUZZ_PAGES ?? 25);
const SEED = Number(process.env.FUZZ_SEED ?? 0);

/** Changes in turn: one that the lab reads, so that every screen has to show it, and one that it refuses with a message. */
async function* byTurns(
  { sample, read }: Importer,
  mutate: (text: string, stream: Random) => Mutation,
  stream: Random,
): AsyncGenerator<Mutation, never> {
  const isUnderstood = async ({ bytes }: Mutation): Promise<boolean> => {
    try {
      await read(bytes);
      return true;
    } catch {
      return false;
    }
  };
  for (let wanted = true; ; wanted = !wanted) {
    let mutation = mutate(sample, stream);
    while ((await isUnderstood(mutation)) !== wanted) mutation = mutate(sample, stream);
    yield mutation;
  }
}

/** Views that show the file, by their address and their name. */
const RUN_VIEWS = [
  { address: 'train', view: 'Train' },
  { address: 'traces', view: 'Traces' },
  { address: 'rewards', view: 'Rewards' },
  { address: 'playground', view: 'Playground' },
];
const RESULT_VIEWS = [
  { address: 'learn', view: 'Learn' },
  { address: 'evaluate&experiment=E1', view: 'Runs' },
];

it.concurrent.each([
  { name: 'a recording', files: '**/runs/*.jsonl', views: RUN_VIEWS, mutate: mutatedLines },
  { name: 'results', files: '**/results/E1.json', views: RESULT_VIEWS, mutate: mutatedFile },
])('shows something whatever $name holds', async ({ name, files, views, mutate }) => {
  const mutations = byTurns(importers.find((importer) => importer.name === name)!, mutate, random(SEED, 'page', name));
  // a service worker would answer from its cache instead of with the changed file
  const page = await browser.newPage({ serviceWorkers: 'block' });
  const thrown: string[] = [];
  page.on('pageerror', ({ message }) => thrown.push(message));
  let body = Buffer.from('');
  await page.route(files, (route) => route.fulfill({ body }));
  for (let i = 0; i < PAGES; i++) {
    const { bytes, what } = (await mutations.next()).value;
    body = Buffer.from(bytes);
    await page.goto('about:blank');
    await page.goto(`${served.url}#view=${views.at(-1)!.address}`);
    // to its end or to the message that says why not
    await page.waitForFunction(
      () =>
        document.querySelector('[data-notice=error]') !== null ||
        /\S/.test(document.querySelector('main')?.innerText ?? ''),
    );
    const end = page.getByRole('button', { name: 'To the end' });
    if (await end.isEnabled()) await end.click({ timeout: 2000 }).catch(() => {}); // it may have ended meanwhile
    for (const { address: shown, view } of views) {
      await page.evaluate((name) => {
        location.hash = `view=${name}`;
      }, shown);
      await page.locator(`nav [aria-current=page]`, { hasText: view }).waitFor();
      expect((await page.locator('main').innerText()).trim(), `${i}, ${shown}: ${what}`).not.toBe('');
      expect(await page.getByTestId('broken').count(), `${i}, ${shown}: ${what}`).toBe(0);
    }
    expect(thrown, `${i}: ${what}`).toEqual([]);
  }
  await page.close();
});
