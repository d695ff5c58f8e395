/** Charts of Train in a real browser: one playhead, the data behind a chart, its picture as a file. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  complaints = complaintsOf(page);
  await page.goto(served.url);
  await page.waitForFunction(
    () => !document.querySelector('button[aria-label="To the end"]')?.hasAttribute('disabled'),
  );
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByRole('slider', { name: 'step on Reward' }).waitFor();
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const slider = (title: string) => page.getByRole('slider', { name: `on ${title}` });
/** Step that each chart shows, in the order of the page. */
const shownSteps = () =>
  page
    .locator('figure figcaption p > span:first-child')
    .evaluateAll((all) => all.map(({ textContent }) => textContent));

it('moves a hairline and the values of every chart with the pointer', async () => {
  const box = (await slider('Reward').boundingBox())!;
  await slider('Reward').hover({ position: { x: box.width / 2, y: 100 } });
  await expect.poll(() => page.locator('[data-playhead=hovered]').count()).toBe(4);
  const steps = await shownSteps();
  expect(steps[0]).toMatch(/^step (1|2)\d$/);
  const step = Number(steps[0]!.slice(5));
  expect(steps).toEqual([`step ${step}`, `step ${step}`, `step ${step}`, `step, SFT then GRPO, ${300 + step}`]);
  await page.mouse.move(5, 5);
  await expect.poll(shownSteps).toEqual(['step 40', 'step 40', 'step 40', 'step, SFT then GRPO, 340']);
});

it('chooses the step of all charts and of the traces with a click, and with keys', async () => {
  const box = (await slider('Accuracy').boundingBox())!;
  await slider('Accuracy').click({ position: { x: box.width / 2, y: 100 } });
  await page.mouse.move(5, 5);
  const step = Number((await shownSteps())[0]!.slice(5));
  await page.getByTestId('headline').getByText(`step ${step}, most varied group`).waitFor();
  await expect.poll(() => page.locator('[data-playhead=selected]').count()).toBe(4);
  await slider('Accuracy').press('ArrowRight');
  await page
    .getByTestId('headline')
    .getByText(`step ${step + 1}, most varied group`)
    .waitFor();
  expect(await slider('Reward').getAttribute('aria-valuetext')).toMatch(
    new RegExp(`^step ${step + 1}: ± sd \\S+ to \\S+, reward 0\\.\\d\\d$`),
  );
  await slider('Accuracy').press('Home');
  await page.getByTestId('headline').getByText('step 1, most varied group').waitFor();
  await slider('Accuracy').press('Escape');
  await page.getByTestId('headline').getByText('step 40, most varied group').waitFor();
});

it('shows the data behind a chart, and saves its picture', async () => {
  await page.getByRole('button', { name: 'Data of Reward' }).click();
  const data = page.getByRole('group', { name: 'Data of Reward' });
  const rows = data.getByRole('row');
  await rows.nth(1).waitFor();
  expect(await rows.first().innerText()).toMatch(/^step\s+± sd, low\s+± sd, high\s+reward$/);
  expect(await rows.nth(1).innerText()).toMatch(/^1\s+−?\d\.\d\d\s+\d\.\d\d\s+\d\.\d\d$/);
  expect(await data.getByRole('table').getAttribute('aria-rowcount')).toBe('41');
  await data.getByRole('button', { name: 'Copy CSV' }).click();
  await data.getByRole('status').getByText(/rows/).waitFor();
  const save = async (name: string) => {
    const [file] = await Promise.all([page.waitForEvent('download'), data.getByRole('button', { name }).click()]);
    return { name: file.suggestedFilename(), bytes: await readFile((await file.path())!) };
  };
  const svg = await save('Save SVG');
  expect(svg.name).toBe('reward.svg');
  const picture = svg.bytes.toString();
  expect(picture).toMatch(/^<svg xmlns=\S+ width="\d+" height="248" .*>Reward<\/text>.*<path .*>reward<\/text>/s);
  expect(picture).not.toMatch(/var\(--|class=|playhead/);
  const png = await save('Save PNG');
  expect(png.name).toBe('reward.png');
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(png.bytes.length).toBeGreaterThan(5000);
  await page.getByRole('button', { name: 'Data of Reward' }).click();
  await data.waitFor({ state: 'detached' });
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
