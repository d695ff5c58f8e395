/** Parts that need no run: the task picker, the report beside us, the editors of New run, in a real browser and by key. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowsedProblems } from '../src/lab/recipe/browse';
import { resultToText } from '../src/lab/report/results';
import { SECTIONS } from '../src/screens/setup/fields';
import { type TaskName, taskByName, taskNames } from '../src/tasks';
import { traceKinds } from '../src/tasks/task';
import { verdictText } from '../src/tasks/verdicts';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { fixtureResult } from './fixtures/result';
import { chooseRecipe, closeNewRun, drawerOf, fieldAt, recipeList } from './labPage';

const NARROW = { width: 390, height: 844 };

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

/** Page at an address of the app, with its complaints. */
async function open(hash: string, prepare: (page: Page) => Promise<void> = async () => {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints = complaintsOf(page);
  await prepare(page);
  await page.goto(`${served.url}#${hash}`);
  return { page, complaints };
}
/** Waits until nothing overflows to the right: charts take a moment for their new width. */
const fits = (page: Page) =>
  page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { timeout: 10_000 });

describe('the task picker', () => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await open('view=data'));
    await page.getByTestId('asked').waitFor();
  });
  const look = async (hash: string, prompt: string) => {
    await page.evaluate((text) => {
      location.hash = text;
    }, hash);
    await page.waitForFunction((text) => document.querySelector('[data-testid=asked]')?.textContent === text, prompt);
  };

  it.each(taskNames)('draws %s, judges what is typed, and shows how a teacher solves it', async (name: TaskName) => {
    const task = taskByName(name);
    const level = task.level.initial;
    const problem = new BrowsedProblems(name, level, 5).at(2);
    await look(`view=data&task=${name}&level=${level}&seed=5&n=3`, problem.prompt);
    const caption = drawerOf(page).getByTestId('picture').locator('figcaption');
    const verdict = page.getByTestId('verdict');
    const answer = page.getByLabel('Your answer');
    expect(await answer.inputValue()).toBe(problem.answer);
    for (const given of [problem.answer, `${problem.answer}9`, '']) {
      await answer.fill(given);
      const { correct, reason } = task.verify(problem.problem, given);
      expect(await caption.isVisible()).toBe(true);
      expect(await caption.textContent()).toBe(task.picture(problem.problem, given).caption);
      expect(await verdict.locator('p').innerText()).toBe(
        `${correct ? 'right' : 'wrong'} ${verdictText(task, reason)}`,
      );
    }
    const kinds = task.traces(problem).map(({ kind }) => kind);
    for (const kind of traceKinds)
      expect(await page.getByTestId(`trace-${kind}`).count()).toBe(kinds.filter((one) => one === kind).length);
    await fits(page);
    await page.setViewportSize(NARROW);
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('is walked by key: the level, the next problem, the thoughts', async () => {
    const [first, second] = [0, 1].map((i) => new BrowsedProblems('parity', 5, 0).at(i).prompt);
    await look('view=data&task=parity&level=4&seed=0&n=1', new BrowsedProblems('parity', 4, 0).at(0).prompt);
    await page.getByLabel(/^Level/).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => location.hash.includes('level=5')); // the address follows the level
    await page.getByTestId('asked').filter({ hasText: first! }).waitFor();
    // past the seed; the first problem has none before it
    const next = page.locator('button:focus', { hasText: 'Next' });
    for (let tabs = 0; tabs < 4 && (await next.count()) === 0; tabs++) await page.keyboard.press('Tab');
    await next.waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('asked').textContent()).toBe(second);
    await page.waitForFunction(() => location.hash.includes('level=5') && location.hash.includes('n=2'));
    const thought = page.getByTestId('trace-long').locator('[data-segment=think]');
    expect(await thought.count()).toBe(1);
    await page.keyboard.press('t');
    expect(await thought.count()).toBe(0);
    const fold = page.getByTestId('trace-long').getByRole('button', { name: '5 thinking tokens' });
    await fold.focus();
    await page.keyboard.press('Enter');
    expect(await thought.count()).toBe(1);
    await page.keyboard.press('t');
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});

describe('the report beside us', () => {
  it('says what will appear there while there are no results', async () => {
    const { page, complaints } = await open('view=runs&tab=report', async (fresh) => {
      await fresh.route('**/results/index.json', (route) => route.fulfill({ json: [] }));
    });
    await page.getByText('No experiment has run yet').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says that the results cannot be fetched, reads them when a person comes back, and names an experiment that there is not', async () => {
    const { page } = await open('view=evaluate&experiment=E99', async (fresh) => {
      await fresh.route('**/results/index.json', (route) => route.abort());
    });
    await page.getByText('results/index.json cannot be fetched: nothing answers').waitFor();
    expect(await page.getByText('No experiment has run yet').count()).toBe(0);
    await page.unroute('**/results/index.json');
    const views = page.getByRole('navigation', { name: 'Screens' });
    await views.getByRole('button', { name: 'Train' }).click();
    await views.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('navigation', { name: 'Experiments' }).waitFor();
    expect(await page.locator('main [data-notice]').allInnerTexts()).toEqual([
      expect.stringContaining('There is no experiment "E99". You see E1.'),
    ]);
    await page.close();
  });

  it('shows a result beside the report, names the file that is wrong, and loads an arm into New run', async () => {
    const { page, complaints } = await open('view=runs&tab=report', async (fresh) => {
      await fresh.route('**/results/index.json', (route) => route.fulfill({ json: ['Lessons', 'E3', 'E5'] }));
      await fresh.route('**/results/Lessons.json', (route) =>
        route.fulfill({ json: { ...fixtureResult, id: 'Lessons', title: 'The teaching recipes' } }),
      );
      await fresh.route('**/results/E3.json', (route) =>
        route.fulfill({ json: JSON.parse(resultToText(fixtureResult)) }),
      );
      await fresh.route('**/results/E5.json', (route) =>
        route.fulfill({ json: { ...fixtureResult, id: 'E5', why: '' } }),
      );
    });
    const panel = page.getByRole('region', { name: 'E3: A short GRPO run lifts accuracy' });
    await panel.waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/results\/E5\.json: why: /);
    const text = (await panel.innerText()).replaceAll('\u00a0', ' ');
    for (const shown of [fixtureResult.report, fixtureResult.found, fixtureResult.command, 'agrees in part'])
      expect(text).toContain(shown);
    expect(text).toContain('50.8 ± 2.4 %');
    expect(text).toContain('+50.7 ± 9.0 points');
    const dots = panel.getByRole('img', { name: /48\.4.*53\.1.*50\.8/ });
    expect(await dots.locator('circle').count()).toBe(3);
    expect(await panel.locator('figure').count()).toBe(2);
    const lessons = page.getByRole('navigation', { name: 'Lessons of this lab' }).getByRole('button');
    expect(await lessons.innerText()).toMatch(/The teaching recipes\s+shown in part/);
    await panel.getByRole('button', { name: 'Load recipe of SFT', exact: true }).press('Enter');
    await panel.getByText('Loaded into New run.').waitFor();
    expect(await recipeList(page).inputValue()).toBe('parity-8-nano');
    expect(await page.locator('#seed').inputValue()).toBe('3');
    await closeNewRun(page);
    await panel.getByRole('button', { name: 'Load recipe of of yesterday' }).click();
    await panel.getByText('there is no recipe "no-such-recipe"').waitFor();
    await fits(page);
    await page.setViewportSize(NARROW);
    await fits(page);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the evaluations of the run on screen', async () => {
    const { page } = await open('view=evaluate');
    await page.getByLabel('speed').waitFor();
    await page.waitForFunction(
      () => !document.querySelector('button[aria-label="To the end"]')?.hasAttribute('disabled'),
    );
    await page.getByRole('button', { name: 'To the end' }).click();
    const run = page.getByRole('region', { name: 'This run' });
    await run.getByText('after GRPO').waitFor();
    expect(await run.getByRole('row').count()).toBe(3); // headings, after SFT, after GRPO
    await page.close();
  });
});

describe('New run', () => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await open('view=train'));
    await chooseRecipe(page, 'parity-12');
  });
  const openSection = async (title: string) => {
    const closed = drawerOf(page).locator('details:not([open]) > summary');
    for (const name of ['Advanced', title]) {
      const summary = closed.filter({ hasText: new RegExp(`^${name}$`) });
      if (await summary.count()) await summary.first().click();
    }
    return drawerOf(page).locator('details[data-section]', {
      has: page.locator('summary', { hasText: new RegExp(`^${title}$`) }),
    });
  };

  it("brings a task's level and lengths with it, says so, and puts the lengths back", async () => {
    const task = await fieldAt(page, 'task.name');
    const section = page.getByRole('region', { name: 'Main settings' });
    await task.selectOption('addition');
    expect(await (await fieldAt(page, 'task.level')).inputValue()).toBe('2');
    await section.getByText('1 to 6 digits').waitFor();
    expect(await section.getByRole('status').innerText()).toMatch(/^Also changed: .* 2, .* 36/);
    const lMax = await fieldAt(page, 'reward.lMax');
    expect(await lMax.inputValue()).toBe('36');
    await section.getByRole('button', { name: 'Keep the lengths' }).click();
    expect(await lMax.inputValue()).toBe('24');
    const recipe = recipeList(page);
    const dialog = page.getByRole('dialog', { name: 'Open “Parity of 8 bits, quick” in New run?' });
    await recipe.selectOption('parity-8-nano');
    expect(await dialog.innerText()).toContain('Your changes to “Parity of 12 bits” are dropped');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect([await recipe.inputValue(), await task.inputValue()]).toEqual(['parity-12', 'addition']);
    await recipe.selectOption('parity-8-nano');
    await dialog.getByRole('button', { name: 'Drop the changes' }).click();
    await recipe.selectOption('parity-12');
  });

  const all = SECTIONS.flatMap(({ title, fields }) => fields.map((field) => ({ ...field, section: title })));

  it.each(all.filter(({ kind }) => kind === 'list'))('edits $path', async ({ section, title, columns }) => {
    const list = (await openSection(section)).getByRole('group', { name: new RegExp(`^${title}`) }).first();
    await list.getByRole('button', { name: `Add to ${title}` }).press('Enter');
    const item = list.getByRole('group', { name: `${title}, 1` });
    const typed = columns.find(({ kind }) => kind === 'number' || kind === 'text') as (typeof columns)[number];
    const input = item.getByLabel(`${typed.title} of ${title}, 1`, { exact: true });
    const before = await input.inputValue();
    await input.fill(typed.kind === 'number' ? 'much' : '');
    await input.press('Enter');
    await item.getByRole('alert').waitFor();
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    await input.fill(before);
    await input.press('Enter');
    expect(await item.getByRole('alert').count()).toBe(0);
    await list.getByRole('button', { name: `Remove 1 of ${title}` }).press('Enter');
    expect(await item.count()).toBe(0);
  });

  it.each(all.filter(({ kind }) => kind === 'source'))('takes the program of $path', async ({ section, title }) => {
    const source = (await openSection(section)).getByLabel(title, { exact: true });
    expect(await source.evaluate(({ tagName }) => tagName)).toBe('TEXTAREA');
    await source.fill('return completion.length;\n');
    await source.blur();
    expect(await source.inputValue()).toBe('return completion.length;\n');
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});
