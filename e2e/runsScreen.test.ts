/** Runs screen in a real browser: import, rename, pin, export, delete and undo, and a run that another tab holds. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryFiles } from '../src/runs/memoryFiles';
import { importRun } from '../src/runs/zip';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { zipOfRun } from './fixtures/storedRun';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  complaints = complaintsOf(page);
  await page.goto(`${served.url}#view=runs`);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const card = (title: string) => page.getByRole('listitem', { name: title, exact: true });
/** Leaves the screen and comes back: it reads the runs again. */
async function comeBack(): Promise<void> {
  const views = page.getByRole('navigation', { name: 'Screens' });
  for (const name of ['Learn', 'Runs']) await views.getByRole('button', { name }).click();
}
const importZip = (file: Awaited<ReturnType<typeof zipOfRun>>) =>
  page.getByLabel('Import runs from .zip or .jsonl files').setInputFiles(file);

it('says that it keeps each training, and imports a run', async () => {
  await page.getByText('No runs yet').waitFor();
  await importZip(await zipOfRun('first.zip'));
  await page.getByText('Imported as first.').waitFor();
  await card('Small').waitFor();
  expect((await card('Small').locator('dd').allInnerTexts()).slice(0, 3)).toEqual(['GRPO 4', '75\u00a0%', '+0.50']);
});

it('keeps a new title, notes and a pin over a reload', async () => {
  await page.getByLabel('Title of Small').fill('Renamed');
  await page.keyboard.press('Enter');
  await card('Renamed').getByRole('button', { name: 'Details' }).press('Enter');
  await page.getByLabel('Notes').fill('two\nlines');
  await page.getByRole('button', { name: 'Pin grpo-2' }).press('Enter');
  await page.getByRole('button', { name: 'Pin grpo-2', pressed: true }).waitFor();
  await page.reload();
  await card('Renamed').getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Pin grpo-2', pressed: true }).waitFor();
  expect(await page.getByLabel('Notes').inputValue()).toBe('two\nlines');
});

it('downloads a zip that other programs import', async () => {
  const downloading = page.waitForEvent('download');
  await card('Renamed').getByRole('button', { name: 'Export Renamed' }).click();
  await page.getByRole('menuitem', { name: 'Run as .zip' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('first.zip');
  const bytes = await readFile(await download.path());
  const source = { name: 'first.zip', size: bytes.length, read: async (a: number, b: number) => bytes.subarray(a, b) };
  const files = memoryFiles();
  expect(await importRun(files, 'run', source)).toEqual([]);
  expect(new TextDecoder().decode((await files.read('run/meta.json'))!)).toContain('"Renamed"');
});

it('names the fault of a fork and of a model that cannot be exported', async () => {
  await card('Renamed').getByRole('button', { name: 'Fork from grpo-2' }).click();
  const form = page.getByRole('form', { name: 'Fork from grpo-2' });
  await form.getByLabel('GRPO steps').fill('8');
  await form.getByRole('button', { name: 'Fork from GRPO 2' }).click();
  // the small run has no recipe that trains
  await card('Renamed').getByRole('alert').filter({ hasText: 'grpo-2' }).waitFor();
  await card('Renamed').getByRole('button', { name: 'Export the model of grpo-2' }).click();
  await card('Renamed').getByRole('alert').filter({ hasText: 'config.json is missing' }).waitFor();
  await form.getByRole('button', { name: 'Cancel' }).click();
  await form.waitFor({ state: 'detached' });
});

it('names the file and the fault of a foreign zip, and of a damaged run', async () => {
  const dataTransfer = await page.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(['PK, no zip'], 'photos.zip'));
    return dropped;
  });
  await page.dispatchEvent('main', 'drop', { dataTransfer });
  expect(await page.getByRole('alert').filter({ hasText: 'import failed' }).innerText()).toMatch(
    /The import failed.*"photos\.zip" is no zip of a run/s,
  );
  const damage = 'checkpoints/grpo-2/manifest.json';
  const damaged = await zipOfRun('second.zip', { title: 'Second' }, ({ contents }) =>
    contents.get(damage)!.fill(32, 9, 20),
  );
  await importZip(damaged);
  await card('Second').getByText('damaged', { exact: true }).waitFor();
  expect(await card('Second').getByRole('status').innerText()).toContain(damage);
});

it('offers no action on a run that another tab holds', async () => {
  const other = await context.newPage();
  await other.goto(`${served.url}e2e`);
  await other.evaluate(async () => {
    await new Promise<void>((taken) => {
      void navigator.locks.request('groupthink run second', () => {
        taken();
        return new Promise<never>(() => {});
      });
    });
  });
  await comeBack();
  await card('Second').getByText('held by another tab').waitFor();
  expect(await card('Second').getByRole('group').getByRole('button').allInnerTexts()).toEqual(['Open', 'Details']);
  await other.close();
});

it('deletes a run, and brings it back while it can', async () => {
  await comeBack();
  await card('Renamed').getByRole('button', { name: 'Delete', exact: true }).press('Enter');
  await card('Renamed').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo: keep Renamed' }).press('Enter');
  await card('Renamed').waitFor();
  expect(await page.getByRole('button', { name: /^Undo/ }).count()).toBe(0);
  // a page that is closed before the time is over loses nothing
  await card('Renamed').getByRole('button', { name: 'Delete', exact: true }).click();
  await card('Renamed').waitFor({ state: 'detached' });
  await page.reload();
  await card('Renamed').getByText('finished').waitFor();
  for (const title of ['Renamed', 'Second']) {
    await card(title).getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await page.getByRole('button', { name: `Delete ${title} now` }).press('Enter');
    await card(title).waitFor({ state: 'detached' });
  }
  await page.getByText('No runs yet').waitFor();
  await page.reload();
  await page.getByText('No runs yet').waitFor();
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
