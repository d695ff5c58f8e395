/** Share: the link opens in a fresh browser profile with the same recipe hash, view and selection. */
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recipeByName } from '../src/lab/recipe/presets';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { closeNewRun, fieldAt, setField, setFields } from './labPage';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

/** Page of a fresh profile. */
async function open(url: string, prepare: (context: BrowserContext) => Promise<unknown> = async () => {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await prepare(context);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, complaints };
}

const addition = recipeByName('addition-2');
const SELECTION = 'view=traces&step=12&group=3&rollout=5';
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Share' });
const hashIn = (page: Page) => dialogOf(page).getByTestId('recipe-hash').innerText();

it('copies a link that opens the same recipe, view and selection in a fresh profile', async () => {
  const { page, complaints } = await open(`${served.url}#${SELECTION}`, (context) =>
    context.grantPermissions(['clipboard-read', 'clipboard-write']),
  );
  await setFields(page, { 'grpo.steps': '60', seed: '41' });
  await closeNewRun(page);
  await page.getByRole('button', { name: 'Share', exact: true }).focus();
  await page.keyboard.press('Enter');
  await dialogOf(page).getByText('Link copied').waitFor();
  const words = await dialogOf(page).innerText();
  expect(words).toContain('2 changes (seed, grpo.steps) from parity-12, seed 41');
  expect(words).toContain('Traces, step 12, group 4, rollout 6');
  const hash = await hashIn(page);
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('Escape');
  expect(await dialogOf(page).count()).toBe(0);

  const { page: fresh, complaints: others } = await open(link);
  await fresh.locator('[data-notice]', { hasText: 'The recipe of this link is in New run' }).waitFor();
  expect(await (await fieldAt(fresh, 'grpo.steps')).inputValue()).toBe('60');
  await closeNewRun(fresh);
  await fresh.waitForFunction(() => history.state !== null);
  expect(fresh.url()).toBe(link); // a reload opens the same
  await fresh.getByRole('button', { name: 'Share', exact: true }).click();
  expect(await hashIn(fresh)).toBe(hash);
  expect(await dialogOf(fresh).getByLabel('Link').inputValue()).toBe(link);
  expect([...complaints, ...others]).toEqual([]);
  await Promise.all([page.context().close(), fresh.context().close()]);
});

it('selects the link where copying is refused, on a phone too, without a fault of accessibility', async () => {
  const { page } = await open(served.url, (context) =>
    context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })),
  );
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('option', { name: 'Share …' }).click();
  await dialogOf(page).getByText('The browser refused to copy').waitFor();
  const selected = await dialogOf(page)
    .getByLabel('Link')
    .evaluate((field: HTMLInputElement) => field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0));
  expect(selected).toBe(`${served.url}#view=train&recipe=parity-12&hash=${await hashIn(page)}`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate(async () => {
      const { axe: checker } = window as unknown as { axe: typeof axe };
      return (await checker.run('[role=dialog]', { resultTypes: ['violations'] })).violations.map(({ id }) => id);
    });
    expect(found, colorScheme).toEqual([]);
  }
  await page.context().close();
});

it('names what a link cannot have, and asks before changes in New run are lost', async () => {
  const { page } = await open(`${served.url}#view=train&recipe=chess-12`);
  const warning = page.locator('[data-notice]', { hasText: 'This link asks for' });
  expect(await warning.innerText()).toContain('there is no recipe "chess-12"; New run keeps its recipe');
  await setField(page, 'grpo.steps', '60');
  await closeNewRun(page);
  const follow = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);
  const question = page.getByRole('dialog', { name: `Open “${addition.title}” in New run?` });
  await follow('view=train&recipe=addition-2');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await (await fieldAt(page, 'grpo.steps')).inputValue()).toBe('60');
  await closeNewRun(page);
  await follow('view=learn&recipe=addition-2');
  await question.getByRole('button', { name: 'Drop the changes' }).click();
  await page.locator('[data-notice]', { hasText: `“${addition.title}”, no changes from addition-2` }).waitFor();
  // Back returns to an address of another recipe, which the page has opened before: it asks nothing
  await setField(page, 'grpo.steps', '61');
  await closeNewRun(page);
  await page.goBack();
  await page.locator('nav [aria-current=page]', { hasText: 'Train' }).waitFor();
  expect(await (await fieldAt(page, 'grpo.steps')).inputValue()).toBe('61');
  expect(await question.count()).toBe(0);
  await page.context().close();
});
