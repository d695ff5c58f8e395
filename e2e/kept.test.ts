/** A training that is stored: a reload interrupts it, it continues to the same events, and a second tab only reads it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { chooseRecipe, train as press, setFields, waitForStage } from './labPage';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  context = await browser.newContext({ viewport: { width: 1360, height: 1000 } });
  page = await context.newPage();
  page.on('dialog', (dialog) => dialog.accept());
  complaints = complaintsOf(page);
  await page.goto(served.url);
  await fillIn({ 'sft.steps': '4' });
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

/** A short recipe with a checkpoint at each step. */
async function fillIn(fields: Readonly<Record<string, string>>): Promise<void> {
  await chooseRecipe(page, 'parity-8-nano');
  const short = { 'grpo.steps': '2', 'grpo.prompts': '2', 'evaluation.problems': '2', 'checkpoints.everySteps': '1' };
  await setFields(page, { ...short, ...fields });
}

const train = () => press(page);
const interrupted = (shown: Page) => shown.locator('[data-notice]', { hasText: 'was interrupted' });
const done = () => waitForStage(page, /SFT 4\/4.*GRPO 2\/2.*done/);

/** Events of every stored run, by name, without fields of the clock and of memory. */
async function storedEvents(): Promise<Record<string, string[]>> {
  const texts = await page.evaluate(async () => {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const found: Record<string, string> = {};
    for await (const [name, folder] of runs.entries()) {
      const file = await (folder as FileSystemDirectoryHandle).getFileHandle('events.jsonl');
      found[name] = await (await file.getFile()).text();
    }
    return found;
  });
  const free = new Set(['n', 'crc', 'step_time', 'seconds', 'peak_bytes']);
  const eventsOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.stringify(JSON.parse(line).event, (key, value) => (free.has(key) ? 0 : value)))
      .filter((event) => !event.startsWith('{"type":"resume"'));
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, eventsOf(text)]));
}

it('a reload interrupts a paused training; a second tab reads it, and it continues to the same events', async () => {
  await train();
  await done();
  await train();
  await waitForStage(page, /SFT [1-4]\/4.*GRPO 0\/2/); // the finished run has GRPO 2/2
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByTestId('saved').filter({ hasText: 'paused, saved at' }).waitFor();
  const note = await page.evaluate(() => sessionStorage.getItem('groupthink-training'));
  const named = {
    name: expect.stringMatching(/^parity-8-nano-\d{4}-\d\d-\d\d-\d{6}$/),
    title: 'Parity of 8 bits, quick',
  };
  expect(JSON.parse(note!)).toEqual(named);

  const other = await context.newPage();
  await other.addInitScript((run) => sessionStorage.setItem('groupthink-training', run!), note);
  await other.goto(served.url);
  await interrupted(other).getByRole('button', { name: 'Continue' }).click();
  await other.locator('[data-notice]', { hasText: 'This run trains in another tab' }).waitFor();
  expect(await other.getByTestId('state').innerText()).toBe('held');
  await waitForStage(other, /SFT [1-4]\/4/);
  await other.close();

  await page.reload();
  await interrupted(page).getByText('The training of “Parity of 8 bits, quick” was interrupted.').waitFor();
  await interrupted(page).getByRole('button', { name: 'Continue' }).click();
  await done();
  expect(await interrupted(page).count()).toBe(0);

  const runs = Object.values(await storedEvents());
  expect(runs).toHaveLength(2);
  expect(runs[0]!.length).toBeGreaterThan(10);
  expect(runs[0]).toEqual(runs[1]);
});

it('waits while the storage is full, says what to do, and goes on when there is room', async () => {
  const protocol = await context.newCDPSession(page);
  const { origin } = new URL(served.url);
  await fillIn({ 'sft.steps': '20' }); // the page is new, and so is its draft
  await train();
  await waitForStage(page, /SFT [1-9]\d*\/20/);
  await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
  const full = page.locator('[data-notice]', { hasText: 'The storage is full, so the run is paused.' });
  await full.waitFor({ timeout: 60_000 });
  expect(await full.innerText()).toMatch(/Free at least .*: delete runs in Runs, such as .*Nothing is damaged/s);
  expect(await page.getByTestId('state').innerText()).toBe('paused');
  await full.getByRole('button', { name: 'Open Runs' }).click();
  await page.locator('nav [aria-current=page]', { hasText: 'Runs' }).waitFor();
  await protocol.send('Storage.overrideQuotaForOrigin', { origin });
  // it goes on by itself
  await full.waitFor({ state: 'detached', timeout: 60_000 });
  await waitForStage(page, /SFT 20\/20.*GRPO 2\/2.*done/);
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
