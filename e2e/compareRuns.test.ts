/** Comparison of imported recordings, their exports, and faults of a recording, by the fewest clicks. */
import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { recordingFile } from './fixtures/recordings';

const STEPS = 24;
let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  complaints = complaintsOf(page);
  await page.goto(`${served.url}#view=runs`);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const card = (title: string) => page.getByRole('listitem', { name: title, exact: true });
const table = (name: string) => page.getByRole('region', { name, exact: true }).getByRole('table');
const rowOf = async (name: string, heading: RegExp) =>
  await table(name)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: heading }) })
    .locator('td')
    .allInnerTexts();

/** Clicks, counted. */
let clicks = 0;
async function click(target: Locator): Promise<void> {
  await target.click();
  clicks++;
}

async function violations(): Promise<string[]> {
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations: found } = await checker.run(document);
    return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map(({ html }) => html.slice(0, 160))}`);
  });
}

async function isClean(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [
      { width: 390, height: 844 },
      { width: 1440, height: 900 },
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
      expect(await violations(), `${colorScheme}, ${size.width}`).toEqual([]);
    }
}

it('imports recordings by their file, shows small curves, and names the line of a fault', async () => {
  await page.getByText('No runs yet').waitFor();
  await page
    .getByLabel('Import runs from .zip or .jsonl files')
    .setInputFiles([
      recordingFile('first.jsonl', STEPS, { title: 'First' }),
      recordingFile('second.jsonl', STEPS, { title: 'Second', beta: 0.125 }),
      recordingFile('third.jsonl', STEPS, { title: 'First', seed: 7 }),
    ]);
  await page.getByText('Imported as third.').waitFor();
  await card('Second')
    .getByRole('img', { name: /^Reward from/ })
    .waitFor();
  const faulty = recordingFile('faulty.jsonl', 2);
  const buffer = Buffer.from(faulty.buffer.toString().replace('{"type":"sft","step":3', '{"type":"sft","step":4'));
  await page.getByLabel('Import runs from .zip or .jsonl files').setInputFiles({ ...faulty, buffer });
  expect(await page.getByRole('alert').innerText()).toMatch(/The import failed.*"faulty\.jsonl": line \d+: step: 4/s);
});

it('compares two runs in three clicks, and keeps the comparison in the link', async () => {
  clicks = 0;
  await click(page.getByLabel('Compare Second'));
  await click(page.getByLabel('Compare First').first());
  await click(page.getByRole('button', { name: 'Compare 2 runs' }));
  expect(clicks).toBeLessThanOrEqual(3);
  await page.getByRole('heading', { name: '2 runs compared' }).waitFor();
  await page.getByRole('slider', { name: 'GRPO step on Reward of the runs' }).waitFor();
  expect(await rowOf('Only differences', /beta/i)).toHaveLength(2);
  expect(await rowOf('Final numbers', /GRPO steps/)).toEqual([String(STEPS), String(STEPS)]);
  expect((await rowOf('Final numbers', /after SFT/))[0]).toMatch(/^65\s%\s\(59–71\s%\)$/);
  const shared = page.url();
  expect(shared).toContain('compare=second%2C');
  await page.reload();
  await page.getByRole('heading', { name: '2 runs compared' }).waitFor();
  expect(page.url()).toBe(shared);
});

it('groups seeds as mean ± sd, aligns by tokens, and is accessible', async () => {
  await page.goto(`${served.url}#view=runs&compare=first,second,third,gone`);
  await page.getByText('gone is left out.').waitFor();
  const heads = () => table('Final numbers').locator('thead th').allInnerTexts();
  await expect.poll(heads).toEqual(['First · 2 seeds', 'Second']); // titles come with the list of runs
  await page.getByLabel('Group seeds as mean ± sd').uncheck();
  expect(await heads()).toEqual(['First · seed 0', 'Second', 'First · seed 7']);
  await page.getByLabel('Align by').selectOption('tokens');
  await page.getByRole('slider', { name: 'GRPO tokens on Reward of the runs' }).waitFor();
  await isClean();
  await page.getByRole('button', { name: 'All runs' }).click();
  await card('Second').waitFor();
  await isClean();
});

it('exports rollouts in two clicks', async () => {
  clicks = 0;
  const downloading = page.waitForEvent('download');
  await click(page.getByRole('button', { name: 'Export Second' }));
  await click(page.getByRole('menuitem', { name: 'Rollouts as JSONL' }));
  expect(clicks).toBeLessThanOrEqual(2);
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('second-rollouts.jsonl');
  const rows = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(JSON.parse(rows.at(-1)!)).toMatchObject({ step: STEPS });
  await page.getByRole('button', { name: 'Export Second' }).click();
  await page.getByRole('menuitem', { name: 'Model as Hugging Face folder' }).click();
  await card('Second').getByText('it has no good checkpoint').waitFor();
});

it('opens an imported recording', async () => {
  await card('Second').getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('banner').getByText('Second').first().waitFor();
  expect(complaints).toEqual([]);
});
