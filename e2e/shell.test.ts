/** Shell: the header that stays in view, the run and the engine that it names, and the drawer *New run*. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeByName } from '../src/lab/recipe/presets';
import { complaintsOf, openBrowser, serveApp } from './browser';
import {
  drawerOf,
  estimate,
  fieldAt,
  openNewRun,
  recipeList,
  setField,
  setFields,
  train,
  waitForStage,
} from './labPage';

const SIZES = [
  { width: 1440, height: 900, most: 88 },
  { width: 390, height: 844, most: 56 },
  { width: 360, height: 740, most: 56 },
];

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = complaintsOf(page);
  await page.goto(served.url);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const state = () => page.getByTestId('state').innerText();
const untilState = (word: string) => page.getByTestId('state').filter({ hasText: word }).waitFor({ timeout: 60_000 });

/** Boxes of the header and of what it says, after the page has scrolled. */
async function header() {
  await page.evaluate(() => scrollTo(0, 500));
  const box = (await page.getByTestId('header').boundingBox())!;
  const words = await Promise.all(
    ['running', 'state', 'stages', 'adapter'].map(async (id) => (await page.getByTestId(id).boundingBox())!),
  );
  await page.evaluate(() => scrollTo(0, 0));
  return { box, words };
}

describe.each(SIZES)('$width × $height', ({ width, height, most }) => {
  it('keeps header and transport in view, low, with the run, its state, its stages and the engine', async () => {
    await page.setViewportSize({ width, height });
    await waitForStage(page, /SFT [1-9]/);
    const { box, words } = await header();
    expect(box.y).toBe(0);
    expect(box.height).toBeLessThanOrEqual(most);
    for (const word of words) {
      expect(word.width).toBeGreaterThan(20);
      expect(word.x + word.width).toBeLessThanOrEqual(width);
      expect(word.y + word.height).toBeLessThanOrEqual(box.height);
    }
    expect(await page.getByTestId('running').textContent()).toBe('Parity of 12 bitsparity-12, seed 0');
    expect(await state()).toBe('recorded');
    expect(await page.getByTestId('adapter').innerText()).toBe('No WebGPU');
  });
});

it('has the views as tabs at the lower edge of a phone, each large enough to press', async () => {
  const nav = page.getByRole('navigation', { name: 'Screens' });
  const box = (await nav.boundingBox())!;
  expect(box.y + box.height).toBe(740);
  for (const button of await nav.getByRole('button').all()) {
    const { width, height } = (await button.boundingBox())!;
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(40);
  }
});

it('says in one word what a run does, from training to its end, and leads to Train', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Learn' }).click();
  await setFields(page, { 'sft.steps': '30', 'grpo.steps': '1', 'grpo.prompts': '1', 'evaluation.problems': '2' });
  await page.getByRole('combobox', { name: 'Recipe' }).selectOption('parity-8-nano');
  await page.getByRole('button', { name: 'Drop the changes' }).click();
  await setFields(page, { 'sft.steps': '30', 'grpo.steps': '1', 'grpo.prompts': '1', 'evaluation.problems': '2' });
  await train(page);
  await untilState('training');
  await page.locator('nav [aria-current=page]', { hasText: 'Train' }).waitFor();
  expect(await page.getByTestId('running').innerText()).toMatch(/parity-8-nano, 4 changes, seed 0/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await untilState('paused');
  for (const width of [360, 390, 768, 1024, 1440, 1920, 3840]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
    const { box, words } = await header();
    expect(box.height, `${width}`).toBeLessThanOrEqual(width <= 390 ? 56 : 88);
    for (const word of words) {
      expect(word.x + word.width, `${width}`).toBeLessThanOrEqual(width);
      expect(word.y + word.height, `${width}`).toBeLessThanOrEqual(box.height);
    }
    expect((await page.locator('main').boundingBox())!.width).toBeLessThanOrEqual(1600);
    const base = await page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
    expect(base, `${width}`).toBe(width > 1920 ? '16px' : '14px');
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await untilState('finished');
  expect(await page.getByTestId('adapter').innerText()).toBe('CPU reference');
});

it('estimates time from the speed that the run was measured at', async () => {
  await setField(page, 'grpo.steps', '0');
  expect(await estimate(page)).toMatch(/^≈ \d+:\d\d · [\d.]+ MiB · 4 changes$/);
});

it('marks each field that differs from the preset, and resets it', async () => {
  const marks = (await openNewRun(page)).getByTestId('changed');
  for (const path of ['grpo.prompts', 'evaluation.problems']) await fieldAt(page, path); // opens its section
  expect(await marks.allInnerTexts()).toEqual(['preset: 150', 'preset: 24', 'preset: 8', 'preset: 24']);
  await drawerOf(page).getByRole('button', { name: 'Reset GRPO steps' }).click();
  expect(await (await fieldAt(page, 'grpo.steps')).inputValue()).toBe('24');
  expect(await marks.count()).toBe(3);
});

it('finds a setting by its name among the advanced ones', async () => {
  const search = drawerOf(page).getByRole('searchbox', { name: 'Search settings' });
  await search.fill('epsilonHigh');
  expect(await drawerOf(page).locator('[data-section] label').allInnerTexts()).toEqual(['ε high']);
  await search.fill('no such setting');
  await drawerOf(page).getByText('No setting matches “no such setting”.').waitFor();
  await search.fill('');
  await page.keyboard.press('Escape');
  await drawerOf(page).waitFor({ state: 'detached' });
});

it('has every command behind Ctrl+K, by key alone', async () => {
  const palette = page.getByRole('dialog', { name: 'Commands' });
  const choose = async (query: string, option: string) => {
    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill(query);
    await palette.getByRole('option', { name: option, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
  };
  await choose('learn', 'Learn');
  await page.locator('nav [aria-current=page]', { hasText: 'Learn' }).waitFor();
  await choose('theme dark', 'Theme: dark');
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  await choose('theme system', 'Theme: system');
  await choose('addition-2', `Recipe: ${recipeByName('addition-2').title}`);
  await page.getByRole('button', { name: 'Drop the changes' }).click();
  expect(await recipeList(page).inputValue()).toBe('addition-2');
  await choose('grpo temperature', 'GRPO: Temperature');
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('grpo.temperature');
  await choose('open parity', 'Open “Parity of 8 bits, quick”'); // the run that trained above
  await page.locator('nav [aria-current=page]', { hasText: 'Train' }).waitFor();
  await untilState('finished');
  await choose('share', 'Share …');
  await page.getByRole('dialog', { name: 'Share' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('shows a tooltip at once for the focus by key, later for the pointer, and hides it by Escape', async () => {
  const tooltip = page.getByTestId('tip');
  await page.getByRole('button', { name: 'Commands', exact: true }).focus();
  await page.keyboard.press('Tab');
  await tooltip.getByText('Keys (?)').waitFor();
  await page.keyboard.press('Escape');
  await tooltip.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Restart the recording' }).hover();
  await tooltip.getByText('Play the recorded run from its start').waitFor();
  await page.mouse.move(0, 400);
  await tooltip.waitFor({ state: 'detached' });
});

it('lists its keys behind ?, and takes them outside of fields only', async () => {
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await list.waitFor();
  expect(await list.locator('dd').allInnerTexts()).toEqual(
    expect.arrayContaining([
      'Play or pause',
      'Next trace',
      'Previous step',
      'Collapse or show thinking',
      'All commands',
    ]),
  );
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  const chosen = () =>
    page.getByTestId('advantage').evaluateAll((all) => all.findIndex((one) => one.ariaPressed === 'true'));
  await page.getByTestId('advantage').first().waitFor();
  expect(await chosen()).toBe(0);
  await page.keyboard.press('n');
  await expect.poll(chosen).toBe(1);
  await page.keyboard.press('p');
  await expect.poll(chosen).toBe(0);
  const seed = await fieldAt(page, 'seed');
  await seed.pressSequentially('n?');
  expect(await chosen()).toBe(0);
  expect(await page.getByRole('dialog').count()).toBe(1);
  await seed.fill('0');
  await page.keyboard.press('Escape');
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
