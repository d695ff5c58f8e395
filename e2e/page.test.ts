/** Page around the screens: widths, history, sticky parts, questions, and accessibility by axe. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp, slowness } from './browser';
import { zipOfRun } from './fixtures/storedRun';
import { closeNewRun, drawerOf, openNewRun, train } from './labPage';

const SCREENS = ['Learn', 'Train', 'Traces', 'Rewards', 'Runs'] as const;
/** Drawer and tabs, which open over or within a screen. */
const PARTS = ['The report beside us', 'New run', 'Choose a task', 'Keys', 'Commands'] as const;
const WIDTHS = [360, 390, 768, 1024, 1440];

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = complaintsOf(page);
  await page.goto(served.url);
  await page.getByLabel('speed').waitFor();
  await page.waitForFunction(
    () => !document.querySelector('button[aria-label="To the end"]')?.hasAttribute('disabled'),
  );
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByTestId('advantage').first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

const shownScreen = () => page.locator('nav[aria-label=Screens] [aria-current=page]').innerText();
/** Imports a damaged run and opens its details. */
async function importRun(): Promise<void> {
  const damaged = await zipOfRun('run.zip', { tags: ['t'.repeat(60)] }, ({ contents }) =>
    contents.delete('summary.json'),
  );
  await page.getByLabel('Import runs from .zip or .jsonl files').setInputFiles(damaged);
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByRole('button', { name: 'Pin grpo-2' }).waitFor();
}

async function go(part: (typeof SCREENS)[number] | (typeof PARTS)[number]): Promise<void> {
  if (await page.getByRole('dialog').isVisible()) await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  switch (part) {
    case 'New run':
      await openNewRun(page);
      return page.evaluate(() => {
        for (const section of document.querySelectorAll('details')) section.open = true;
      });
    case 'Choose a task':
      await openNewRun(page);
      await page.getByRole('button', { name: 'Browse tasks and problems' }).click();
      return page.getByTestId('asked').waitFor();
    case 'Keys':
    case 'Commands':
      await page.getByRole('button', { name: part }).click();
      return page.getByRole('dialog', { name: part }).waitFor();
    case 'The report beside us':
      await go('Runs');
      await page.getByRole('tab', { name: part }).click();
      return page.getByRole('navigation', { name: 'Experiments' }).waitFor();
    default:
      await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: part }).click();
      if (part === 'Runs' && (await page.getByText('No runs yet').count())) await importRun();
  }
}

it('has each screen in the history: Back and Forward move between them', async () => {
  for (const screen of ['Traces', 'Learn', 'Train'] as const) await go(screen);
  await page.goBack();
  await expect.poll(shownScreen).toBe('Learn');
  await page.goBack();
  await page.goForward();
  await expect.poll(shownScreen).toBe('Learn');
  await page.goBack();
  await page.goBack();
  await expect.poll(shownScreen).toBe('Train');
  await page.evaluate(() => {
    location.hash = 'view=rollouts&step=7&group=2';
  });
  await page.getByText('Step 7 of 40').waitFor();
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[aria-current=page]')?.textContent === 'Train');
});

describe.each([...SCREENS, ...PARTS])('%s', (screen) => {
  beforeAll(() => go(screen));

  it('fits every width without scrolling sideways', async () => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { timeout: 10_000 });
      // what scrolls on its own must not hide anything either
      expect(
        await page.evaluate(() => {
          const parts = [...document.querySelectorAll('main, [role=dialog], [data-testid=new-run] > div')];
          return parts.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth).filter((over) => over > 0);
        }),
        `${width}`,
      ).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it.each(['light', 'dark'] as const)('has no serious fault of accessibility, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
    // a theme changes colours alone
    const rules = colorScheme === 'light' ? {} : { runOnly: ['color-contrast'] };
    const found = await page.evaluate(async (options) => {
      const { axe: checker } = window as unknown as { axe: typeof axe };
      const { violations } = await checker.run({ ...options, resultTypes: ['violations'] });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n')}`);
    }, rules);
    expect(found).toEqual([]);
  });
});

it('keeps every explanation inside the window, and closes it where its button scrolls away', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await go('New run');
  const buttons = drawerOf(page).getByRole('button', { name: /^What is / });
  const note = page.getByRole('note');
  for (let i = 0; i < (await buttons.count()); i += 4) {
    const button = buttons.nth(i);
    if (!(await button.isVisible())) continue;
    // to the lower edge
    await button.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await button.click();
    const box = (await note.boundingBox())!;
    expect(box.y + box.height, await note.innerText()).toBeLessThanOrEqual(900);
    await button.blur();
  }
  await buttons.first().click();
  await drawerOf(page).getByLabel('Main settings').hover();
  await page.mouse.wheel(0, 300);
  await note.waitFor({ state: 'detached' });
});

it('says what a chart and the advantages of a group show', async () => {
  await go('Train');
  const reward = page.getByRole('region', { name: 'Reward' }).getByRole('img').first();
  expect(await reward.getAttribute('aria-label')).toMatch(
    /^Reward, over step: reward from \S+ at 1 to 0\.[56]\d at 40/,
  );
  await go('Traces');
  await page.getByTestId('advantage').first().waitFor();
  expect(await page.getByTestId('advantage').count()).toBe(8);
});

it.each([
  [1440, 900],
  [360, 740],
])('shows a thought and an advantage without scrolling within 5 seconds, %s × %s', async (width, height) => {
  const fresh = await browser.newPage({ viewport: { width, height } });
  await fresh.goto(served.url);
  const shown = ['[data-testid=rollout] code', '[data-testid=advantage]'];
  // from the page's own start
  const took = await fresh.evaluate(async (selectors) => {
    while (!selectors.every((selector) => document.querySelector(selector))) await new Promise(requestAnimationFrame);
    return performance.now();
  }, shown);
  expect(took).toBeLessThan(5000 * (await slowness(fresh)));
  const nav = width < 640 ? (await fresh.locator('nav[aria-label=Screens]').boundingBox())!.y : height;
  for (const selector of shown) {
    const box = (await fresh.locator(selector).first().boundingBox())!;
    expect(box.y).toBeGreaterThan(0);
    expect(box.y + box.height).toBeLessThanOrEqual(nav);
  }
  const [group, chart] = [fresh.getByTestId('rollout').first(), fresh.locator('figure').filter({ hasText: 'pass@1' })];
  const [thoughts, beside] = [(await group.boundingBox())!, (await chart.boundingBox())!];
  if (width >= 1200) expect(beside.x).toBeGreaterThan(thoughts.x + thoughts.width);
  else expect(beside.y).toBeGreaterThan(thoughts.y + thoughts.height);
  await fresh.close();
});

it('works an advantage out in one click, and recomputes only the shown numbers', async () => {
  await go('Train');
  const [advantages, figures] = [page.getByTestId('advantage'), page.getByTestId('figures')];
  await advantages.first().click();
  const events = await advantages.allInnerTexts();
  const value = events[0]!.replace('+', '');
  const formula = /reward (\S+) − mean (\S+) = (\S+); ÷ std (\S+) = (\S+)\s+→\s+(more|less) likely/;
  const [, reward, mean, difference, std, advantage] = formula.exec(await figures.innerText())!;
  expect(advantage).toBe(value);
  const number = (text: string) => Number(text.replace(/[()]/g, '').replace('−', '-'));
  // the figures are rounded to ±0.005
  expect(Math.abs(number(reward!) - number(mean!) - number(difference!))).toBeLessThan(0.016);
  expect(Math.abs(number(difference!) - number(std!) * number(advantage!))).toBeLessThan(0.05);
  await page.keyboard.press('ArrowDown');
  expect(await advantages.nth(1).getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('Home');
  const scaling = page.getByRole('group', { name: 'Divide by std of' });
  expect(await scaling.getByRole('button', { pressed: true }).innerText()).toMatch(/as trained$/);
  await scaling.getByRole('button', { name: 'none' }).click();
  await figures.getByText(/; not divided → /).waitFor();
  expect(await figures.innerText()).toContain(`As trained: advantage ${value}`);
  expect(number(await advantages.first().innerText())).toBeCloseTo(number(difference!), 2);
  await page.getByRole('group', { name: 'Length normalization' }).getByRole('button', { name: 'batch tokens' }).click();
  await figures.getByText(/tokens of the batch = /).waitFor();
  await scaling.getByRole('button', { name: 'group' }).click();
  expect(await advantages.allInnerTexts()).toEqual(events);
});

it('trains the small recipe on the CPU, says so, and asks before that run is lost', async () => {
  await go('Train');
  const start = page.getByTestId('start');
  expect(await start.innerText()).toMatch(
    /Suggested on a CPU: “Parity of 8 bits, quick”\. New run keeps “Parity of 12 bits”\./,
  );
  await start.getByRole('button', { name: /^Train the small model/ }).click();
  await page.waitForFunction(() =>
    /SFT [1-9]\d*\/150/.test(document.querySelector('[data-testid=stages]')?.textContent ?? ''),
  );
  expect(await page.getByTestId('running').innerText()).toMatch(/^Parity of 8 bits, quick/);
  const dialog = page.getByRole('dialog').filter({ hasText: 'Cancel' });
  for (const press of [() => page.getByRole('button', { name: 'Restart the recording' }).click(), () => train(page)]) {
    await press();
    expect(await dialog.innerText()).toMatch(/“Parity of 8 bits, quick” is training here, now at SFT step \d+\./);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByTestId('state').innerText()).toMatch(/compiling|training/);
  }
  await closeNewRun(page);
  await page.getByRole('button', { name: 'Restart the recording' }).click();
  await dialog.getByRole('button', { name: 'Play the recording' }).click();
  await page.waitForFunction(() =>
    /SFT \d+\/300/.test(document.querySelector('[data-testid=stages]')?.textContent ?? ''),
  );
});

it.each([390, 1360])('breaks long words of a recording, %s wide: nothing scrolls sideways', async (width) => {
  const other = await browser.newPage({ viewport: { width, height: 900 } });
  await other.route('**/runs/*.jsonl', async (route) => {
    const text = await (await route.fetch()).text();
    const body = text
      .replace(/"given":"[^"]*"/g, `"given":"${'r'.repeat(400)}"`)
      .replace(/"answer":"[^"]*"/g, `"answer":"${'7'.repeat(190)}"`);
    await route.fulfill({ body });
  });
  await other.goto(served.url);
  await other.waitForFunction(
    () => !document.querySelector('button[aria-label="To the end"]')?.hasAttribute('disabled'),
  );
  await other.getByRole('button', { name: 'To the end' }).click();
  await other
    .getByTestId('reasons')
    .filter({ hasText: 'r'.repeat(400) })
    .waitFor();
  await other
    .getByTestId('prompt')
    .filter({ hasText: '7'.repeat(190) })
    .waitFor();
  const over = await other.evaluate(() =>
    [document.documentElement, document.querySelector('main') as Element].map(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
    ),
  );
  expect(over).toEqual([0, 0]);
  await other.close();
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
