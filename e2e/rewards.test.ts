/** Rewards without a GPU: the bench, the cards and what-if on the recording; apply and fork on a small run of the CPU. */
import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { complaintsOf, openBrowser, recordMainThread, serveApp, slowness } from './browser';
import { chooseRecipe, setFields, train, waitForStage } from './labPage';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = complaintsOf(page);
  await page.goto(`${served.url}#view=rewards`);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const total = async () => Number((await page.getByTestId('bench-total').innerText()).replace('−', '-'));
const partOf = async (term: string, column: number) =>
  Number((await page.locator(`[data-term=${term}] td`).nth(column).innerText()).replace('−', '-'));
const card = (name: string) => page.getByTestId(`term-${name}`);
const toRewards = () => page.getByRole('button', { name: 'Rewards', exact: true }).first().click();

/** Violations that axe finds in the view, by rule. */
async function violations(): Promise<string[]> {
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations: found } = await checker.run(document);
    return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map(({ html }) => html.slice(0, 160))}`);
  });
}

/** Events of a stored run. */
async function eventsOf(run: number): Promise<{ type: string; [field: string]: unknown }[]> {
  const texts = await page.evaluate(async () => {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const found: [string, string][] = [];
    for await (const [name, folder] of runs.entries()) {
      const file = await (folder as FileSystemDirectoryHandle).getFileHandle('events.jsonl');
      found.push([name, await (await file.getFile()).text()]);
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  });
  const lines = texts[run]!.trim().split('\n');
  return lines.map((line) => JSON.parse(line).event);
}

/** Lines of the Share dialog about the edited rewards, and its link. */
async function shared(of: Page): Promise<{ words: string[]; link: string }> {
  await of.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = of.getByRole('dialog', { name: 'Share' });
  const link = await dialog.getByLabel('Link').inputValue();
  const words = await dialog.getByText(/^Reward [AB]: /).allInnerTexts();
  await of.keyboard.press('Escape');
  return { words, link };
}

/** The link opens the same edited rewards in a fresh profile, which would train the same recipe. */
async function expectSharedReward(): Promise<void> {
  const { words, link } = await shared(page);
  expect(words.map((line) => line.replace(/ [0-9a-f]{12}$/, ''))).toEqual([
    'Reward A: reward.length; trains as recipe',
    'Reward B: grpo.scaleRewards, reward.length, reward.brevity, reward.custom, reward.customSource; trains as recipe',
  ]);
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(link);
  await fresh.getByTestId('term-custom').getByTestId('term-editor').waitFor();
  await fresh.getByRole('button', { name: 'Reward B', exact: true, pressed: true }).waitFor();
  expect(await fresh.getByLabel(/^Scale rewards/).inputValue()).toBe('none');
  expect((await shared(fresh)).words).toEqual(words);
  await fresh.getByRole('button', { name: 'Use in a new run' }).click();
  await fresh.getByTestId('new-run').getByRole('button', { name: 'Close' }).click();
  await fresh.getByRole('button', { name: 'Train', exact: true }).first().click();
  await fresh.getByRole('button', { name: 'Share', exact: true }).click();
  expect(words[1]).toContain(await fresh.getByTestId('recipe-hash').innerText());
  await context.close();
}

it('scores a completion as one types: deleting </think> costs its part', async () => {
  await page.getByTestId('bench-total').waitFor();
  const before = await total(); // of a teacher trace
  expect(before).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Delete </think>' }).click();
  await expect.poll(total).toBeCloseTo(-8 / 13, 2);
  expect([await partOf('accuracy', 0), await partOf('accuracy', 1)]).toEqual([before, -0.62]);
  expect(await page.locator('[data-term=accuracy] td').nth(2).innerText()).toBe('format: </think> is missing');
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect.poll(total).toBe(before);
  await page.getByRole('textbox', { name: 'Completion' }).fill('<think>日');
  await page.getByRole('alert').filter({ hasText: 'outside the vocabulary' }).waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
});

it('sets constants by dragging a point and by its arrow keys, and goes back to the run’s values', async () => {
  await page.getByRole('button', { name: 'To the end' }).click();
  const point = page.getByRole('slider', { name: 'Correct and long' });
  await point.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
  const field = card('accuracy').locator('[data-field=rightLong]');
  expect(await field.inputValue()).toBe('0.3');
  const { x, y, width, height } = (await page.getByRole('slider', { name: 'Correct and short' }).boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 - 60, y + height / 2 + 20, { steps: 4 });
  await page.mouse.up();
  const [lPos, rightShort] = await Promise.all(
    ['lPos', 'rightShort'].map(async (name) =>
      Number(await card('accuracy').locator(`[data-field=${name}]`).inputValue()),
    ),
  );
  expect(lPos).toBeLessThan(19);
  expect(rightShort).toBeLessThan(1);
  await field.fill('abc');
  await page.getByRole('alert').filter({ hasText: 'abc' }).waitFor();
  expect(await page.getByRole('button', { name: 'Use in a new run' }).isDisabled()).toBe(true);
  await card('accuracy')
    .getByRole('button', { name: /^Reset/ })
    .click();
  expect([await field.inputValue(), await page.getByTestId('edit-count').innerText()]).toEqual([
    '0.5',
    'as the run has it',
  ]);
});

it('shows every rollout of the recording under A and B, changed signs first, and the place of a fault in JavaScript', async () => {
  await card('length').getByRole('switch').click();
  await page.getByTestId('what-if-summary').filter({ hasText: 'Under A' }).waitFor();
  await page.getByTestId('what-if-row').first().filter({ hasText: 'sign' }).waitFor();
  await page.getByRole('button', { name: 'Reward B +' }).click();
  await card('brevity').getByRole('switch').click();
  await page.getByTestId('what-if-summary').filter({ hasText: 'Under B' }).waitFor();
  await page.getByTestId('what-if-row').first().getByRole('button').click();
  await page.getByTestId('preview-row').first().waitFor();

  await card('custom').getByRole('switch').click();
  const editor = page.getByRole('textbox', { name: 'JavaScript of Your own' });
  await editor.fill('(rollout) => {\n  return rollout.;\n}');
  await expect.poll(() => page.getByTestId('term-fault').innerText()).toMatch(/^line 2, column \d+: /);
  // the numbers of the last reward without an error stay, and say so
  expect(await page.getByTestId('stale').count()).toBe(3);
  expect([await page.getByTestId('preview-row').count(), await page.getByTestId('bench-total').count()]).toEqual([
    8, 1,
  ]);
  expect(await page.getByTestId('what-if-summary').isVisible()).toBe(true);
  expect(await page.getByRole('button', { name: 'Use in a new run' }).isDisabled()).toBe(true);
  await editor.fill('(rollout) => rollout.length');
  await page.getByTestId('term-fault').waitFor({ state: 'detached' });
  await page.locator('[data-term=custom]').filter({ hasText: 'gave' }).waitFor();
  await expect.poll(() => page.getByTestId('stale').count()).toBe(0);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
  }
  await page.getByLabel(/^Scale rewards/).selectOption('none');
  await page
    .getByTestId('preview-row')
    .filter({ has: page.getByLabel('becomes') })
    .first()
    .waitFor();
  await expectSharedReward();
  await page.getByRole('button', { name: 'Drop B' }).click();
  await page.getByRole('button', { name: 'Reset all' }).click();
});

/** Steps of the long recording, of 128 rollouts each: more than an edit scores without being asked. */
const LONG_STEPS = 164;

/** The recording with its steps again and again. */
async function longRecording(): Promise<string> {
  const lines = (await readFile(new URL('../public/runs/parity-12.jsonl', import.meta.url), 'utf8')).split('\n');
  const isStep = (line: string) => line.startsWith('{"type":"grpo"');
  const steps = lines.filter(isStep);
  const before = lines.slice(0, lines.findIndex(isStep));
  const longer = before.map((line) => line.replace('"grpo":{"steps":40', `"grpo":{"steps":${LONG_STEPS}`));
  const repeated = Array.from({ length: LONG_STEPS }, (_, i) =>
    steps[i % steps.length]!.replace(/"step":\d+/, `"step":${i + 1}`).replace(
      /"num_tokens":\d+/,
      `"num_tokens":${i + 1}`,
    ),
  );
  return `${[...longer, ...repeated].join('\n')}\n`;
}

it('scores a long recording with progress and without a long task of the page; a later edit by itself', async () => {
  const long = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  const body = await longRecording();
  await long.route('**/runs/parity-12.jsonl', (route) => route.fulfill({ body, contentType: 'application/x-ndjson' }));
  await long.goto(`${served.url}#view=rewards`);
  await long.getByRole('button', { name: 'To the end' }).click();
  const score = long.getByRole('button', { name: `Score ${(LONG_STEPS * 128).toLocaleString('en')} rollouts again` });
  await score.waitFor();
  await long.getByTestId('term-length').getByRole('switch').click();
  await long.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const value = document.querySelector('progress')?.value;
      if (value !== undefined && value !== seen.at(-1)) seen.push(value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  const tasksUntilNow = await recordMainThread(browser, long);
  await score.click();
  const summary = long.getByTestId('what-if-summary');
  await summary.waitFor();
  const first = await summary.innerText();
  await long.getByTestId('term-length').locator('[data-field=length]').fill('0.4');
  await long.waitForFunction(
    (before) => document.querySelector<HTMLElement>('[data-testid=what-if-summary]')?.innerText !== before,
    first,
  );
  const [longest] = await tasksUntilNow();
  expect(longest).toBeLessThan(50 * (await slowness(long)));
  const seen = await long.evaluate(() => (window as unknown as { seen: number[] }).seen);
  expect(seen.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(2);
  await long.close();
});

/** Steps of GRPO and changes, without the time that a step took. */
const stepsAndChanges = (events: Awaited<ReturnType<typeof eventsOf>>) =>
  events
    .filter(({ type }) => type === 'grpo' || type === 'apply')
    .map((event) => JSON.parse(JSON.stringify(event, (key, value) => (key === 'step_time' ? undefined : value))));

it('applies a reward to the run that trains here; the journal and the charts hold it, and a reload repeats it', async () => {
  await chooseRecipe(page, 'parity-8-nano');
  await setFields(page, {
    ...{ 'sft.steps': '2', 'grpo.steps': '16', 'grpo.prompts': '2', 'grpo.groupSize': '4', 'evaluation.problems': '2' },
    'checkpoints.everySteps': '1',
  });
  await train(page);
  await waitForStage(page, /GRPO [1-6]\/16/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await toRewards();
  await page.getByTestId('preview-row').first().waitFor();
  for (const phase of ['Collect completions', 'Score them']) {
    await page.getByRole('button', { name: 'Next phase' }).click();
    await page.locator('[aria-current=step]', { hasText: phase }).waitFor();
  }
  await card('length').getByRole('switch').click();
  await page
    .getByTestId('preview-row')
    .filter({ has: page.getByLabel('becomes') })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Apply now' }).click();
  await page.getByText('Waits for the end of the current step').waitFor();
  // to the end of the step, then the first step under the new reward
  for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'One step' }).click();
  await page.getByText(/Applies from step \d+: reward\.length/).waitFor();
  await expect.poll(() => page.getByTestId('edit-count').innerText()).toBe('as the run has it');
  await page.getByRole('button', { name: 'Train', exact: true }).first().click();
  const mark = page.locator('title').filter({ hasText: /changed after step \d+: reward\.length 0 → 0\.2/ });
  await mark.first().waitFor({ state: 'attached' });
  const before = stepsAndChanges(await eventsOf(0));
  await page.reload();
  await page.getByRole('button', { name: 'Continue', exact: true }).first().click();
  await waitForStage(page, /GRPO 16\/16.*done/);
  await toRewards();
  const events = await eventsOf(0);
  const taken = stepsAndChanges(events);
  expect(taken.slice(0, before.length)).toEqual(before);
  expect(taken.filter(({ type }) => type === 'apply')).toHaveLength(1);
  const numbers = taken.flatMap(({ type, step }) => (type === 'grpo' ? [step] : []));
  expect(numbers).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  const at = events.findIndex(({ type }) => type === 'apply');
  expect(events[at]).toMatchObject({ stage: 'grpo', fields: { 'reward.length': { from: 0, to: 0.2 } } });
  expect(events[at + 1]).toMatchObject({ type: 'grpo', step: (events[at]!.step as number) + 1 });
});

it('forks from a step: the first step equals the parent’s under the old reward, and both curves show', async () => {
  await page.getByRole('button', { name: 'Fork from a step …' }).click();
  const checkpoints = page.getByLabel('Checkpoint').locator('option[value^=grpo-]');
  await checkpoints.first().waitFor({ state: 'attached' });
  const names = await checkpoints.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
  const at = Number(names.find((name) => name !== 'grpo-16')!.slice('grpo-'.length));
  await page.getByLabel('Checkpoint').selectOption(`grpo-${at}`);
  await page.getByRole('button', { name: `Fork from GRPO step ${at}` }).click();
  await page.getByTestId('parent-chart').getByText('parent').first().waitFor();
  await waitForStage(page, /GRPO 16\/16.*done/);
  const steps = await Promise.all(
    [0, 1].map(async (run) => (await eventsOf(run)).filter(({ type }) => type === 'grpo')),
  );
  const first = steps.map((events) => events.find(({ step }) => step === at + 1)!.groups);
  expect(first[1]).toEqual(first[0]);
  expect(steps[1]!.map(({ step }) => step)).toEqual(Array.from({ length: 16 - at }, (_, i) => at + 1 + i));
});

it('fits a phone', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { timeout: 10_000 });
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
