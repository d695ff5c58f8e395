/** Traces in a real browser: jumps within two clicks, filter and its faults, links, export, and the steps of a long recording. */
import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writtenLines, writtenStep } from '../src/lab/traces/written.fixture';
import { openBrowser, serveApp, slowness } from './browser';

const SIZE = { steps: 400, groups: 4, groupSize: 8 };
const ROLLOUTS = SIZE.steps * SIZE.groups * SIZE.groupSize;
const steps = Array.from({ length: SIZE.steps }, (_, i) => writtenStep(i + 1, SIZE));
const all = steps.flatMap(({ step, groups }) =>
  groups.flatMap(({ prompt, rollouts }, group) =>
    rollouts.map((one, rollout) => ({ ...one, step, group, rollout, prompt })),
  ),
);
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  page.setDefaultTimeout(15_000);
  const body = [...writtenLines(SIZE)].join('');
  // a recording whose steps the player refuses, since no recipe rewards like this; the file has them all
  await page.route('**/runs/parity-12.jsonl', (route) => route.fulfill({ body, contentType: 'application/x-ndjson' }));
  await page.goto(served.url);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
const count = () => page.getByTestId('trace-count').innerText();
const filter = async (text: string) => {
  await page.getByLabel('Filter', { exact: true }).fill(text);
};
const words = (n: number) => `${n.toLocaleString('en')} of ${ROLLOUTS.toLocaleString('en')} traces`;
const link = () => page.evaluate(() => location.hash);
const waitForPlace = ({ step, group, rollout }: { step: number; group: number; rollout: number }) =>
  page.waitForFunction((wanted) => {
    const params = new URLSearchParams(location.hash.slice(1));
    return wanted.every(([name, value]) => Number(params.get(name as string) ?? 0) === value);
  }, Object.entries({ step, group, rollout }));

it('finds the trace with the lowest reward in two clicks, the first rewarded mistake in three', async () => {
  await click('Traces');
  await page.getByText(`${ROLLOUTS.toLocaleString('en')} traces`).waitFor();
  await click('Lowest reward');
  await waitForPlace(all.reduce((a, b) => (b.reward < a.reward ? b : a)));
  const chosen = page.getByRole('row', { selected: true });
  await chosen.waitFor();
  expect(await chosen.innerText()).toContain(signed(Math.min(...all.map(({ reward }) => reward))));
  await click('First rewarded mistake');
  await waitForPlace(all.find(({ correct, reward }) => !correct && reward > 0)!);
});

it('filters as one types, names the place of a fault, and shows an empty result', async () => {
  await filter('reward < 0 and correct and tokens > 6');
  const expected = all.filter(({ reward, correct, ids }) => reward < 0 && correct && ids.length > 6);
  await page.getByText(words(expected.length)).waitFor();
  await filter('reward < 0 and corect');
  await page
    .getByTestId('filter-fault')
    .getByText('position 16: there is no field "corect"; did you mean correct?')
    .waitFor();
  expect(await page.getByLabel('Filter', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  expect(await count(), 'the last good rows stay').toContain(words(expected.length));
  await filter('reward > 100');
  await page.getByTestId('nothing-found').getByText('No trace matches reward > 100').waitFor();
  await click('Show all traces');
  await page.getByRole('grid', { name: 'Traces' }).waitFor();
});

it('sorts by a column, and moves by arrow keys', async () => {
  await page.getByRole('columnheader', { name: 'Tokens' }).getByRole('button').click();
  await page.getByRole('columnheader', { name: 'Tokens' }).getByRole('button').click();
  const longest = [...all].sort((a, b) => b.ids.length - a.ids.length);
  const grid = page.getByRole('grid', { name: 'Traces' });
  await expect
    .poll(() => grid.getByRole('columnheader', { name: 'Tokens' }).getAttribute('aria-sort'))
    .toBe('descending');
  await grid.focus();
  await page.keyboard.press('Home');
  await waitForPlace(longest[0]!);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await waitForPlace(longest[2]!);
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(ROLLOUTS + 1));
});

it('has keys for traces, steps, colours, the pin and the search, which a field does not trigger', async () => {
  const press = (...keys: string[]) =>
    keys.reduce((last, key) => last.then(() => page.keyboard.press(key)), Promise.resolve());
  const chosen = () => page.getByRole('row', { selected: true });
  await press('End');
  const longest = [...all].sort((a, b) => b.ids.length - a.ids.length);
  await waitForPlace(longest.at(-1)!);
  await press('p', 'p', 'n');
  await waitForPlace(longest.at(-2)!);
  await chosen().waitFor();
  const { step, group, rollout } = longest.at(-2)!;
  await press('P');
  await waitForPlace({ step: step - 1, group, rollout });
  await press('N');
  await waitForPlace({ step, group, rollout });
  const colored = (name: string) => page.getByRole('button', { name, exact: true, pressed: true });
  await press('c');
  await colored('Entropy').waitFor();
  await press('N');
  await page.getByText(`Step ${step + 1} of ${SIZE.steps}`).waitFor();
  await colored('Entropy').waitFor();
  await press('c', 'c'); // one update per step has no ratio, and a recording no gradient share
  await colored('Log-probability').waitFor();
  await press('x');
  await page.getByText('Both have the same tokens').waitFor();
  await press('x');
  await page.getByText('Both have the same tokens').waitFor({ state: 'detached' });
  const thinking = page.getByRole('group', { name: /^Tokens of/ }).locator('[data-segment=think]');
  await thinking.waitFor();
  await press('t');
  await page.getByRole('button', { name: 'Collapse thinking', pressed: true }).waitFor();
  await thinking.waitFor({ state: 'detached' });
  await press('t');
  await thinking.waitFor();
  await press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await list.getByText('Next trace of the table').waitFor();
  for (const label of ['Next colouring', 'Pin, or unpin', 'Find text', 'Collapse or show thinking'])
    await list.getByText(label).waitFor();
  await press('Escape');
  await list.waitFor({ state: 'detached' });
  const before = await link();
  await press('f', ...'nxcpNPt');
  const field = page.getByLabel('Find text in traces and problems');
  expect(await field.inputValue()).toBe('nxcpNPt');
  await field.fill('');
  await expect.poll(link).toBe(before);
  await field.blur();
});

it('opens the same trace, token, filter and order from its link', async () => {
  await filter('step > 100 and not correct');
  const wanted = all.filter(({ step, correct }) => step > 100 && !correct);
  await page.getByText(words(wanted.length)).waitFor();
  await click('Longest');
  await page.locator('[data-token="1"]').first().click();
  await page.getByTestId('token-facts').waitFor();
  expect(await page.getByTestId('objective').innerText()).toContain('Loss grpo');
  await expect.poll(link).toMatch(/token=\d/);
  const hash = await link();
  const selected = await page.getByRole('row', { selected: true }).innerText();
  const facts = await page.getByTestId('token-facts').innerText();
  await page.reload();
  await page.getByText(words(wanted.length)).waitFor();
  expect(await page.getByRole('row', { selected: true }).innerText()).toBe(selected);
  expect(await page.getByTestId('token-facts').innerText()).toBe(facts);
  expect(await link()).toBe(hash);
  await page.keyboard.press('Escape');
});

it('compares a trace with a pinned one, and says why a recording has no other numbers', async () => {
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByText('Both have the same tokens').waitFor();
  await page.getByTestId('rollout').nth(3).getByTestId('advantage').click();
  await click('Recompute with a checkpoint');
  await page.getByTestId('inspection').getByText('this is a recording without weights').waitFor();
  await click('Unpin');
});

it('exports what the filter takes in one click', async () => {
  const downloading = page.waitForEvent('download');
  await click('Export JSONL');
  const lines = (await readFile(await (await downloading).path(), 'utf8')).trimEnd().split('\n');
  const wanted = all.filter(({ step, correct }) => step > 100 && !correct);
  expect(lines).toHaveLength(wanted.length);
  const sums = (list: readonly { reward: number }[]) => list.reduce((sum, { reward }) => sum + reward, 0);
  expect(sums(lines.map((line) => JSON.parse(line)))).toBeCloseTo(sums(wanted), 6);
});

it('shows the traces of any step within 100 ms of scrubbing, as the file has them', async () => {
  await click('Show all');
  await page.evaluate(() => {
    location.hash = 'view=traces&step=1&group=1';
  });
  await waitForPlace({ step: 1, group: 1, rollout: 0 });
  await page.getByText(`Step 1 of ${SIZE.steps}`).waitFor();
  const slow = await slowness(page);
  const wanted = [7, 399, 200, 8, 9, 10, 350, 2, 120, 400, 61, 1].map((step) => ({
    step,
    ...steps[step - 1]!.groups[1]!,
  }));
  const seen = await page.evaluate(
    async (targets) => {
      const slider = document.querySelector<HTMLInputElement>('main input[type=range]')!;
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
      const results: { took: number; texts: string[] }[] = [];
      for (const { step, prompt } of targets) {
        const isShown = () => document.querySelector('[data-testid=prompt] code')?.textContent === prompt;
        const began = performance.now();
        set.call(slider, String(step));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        while (!isShown() && performance.now() - began < 5000) await new Promise(requestAnimationFrame);
        const took = performance.now() - began;
        const codes = document.querySelectorAll('[data-testid=rollout] code');
        results.push({ took, texts: [...codes].map(({ textContent }) => textContent.replace(/cut off$/, '')) });
      }
      return results;
    },
    wanted.map(({ step, prompt }) => ({ step, prompt })),
  );
  for (const [i, { step, rollouts }] of wanted.entries())
    expect(seen[i]!.texts, `step ${step}`).toEqual(rollouts.map(({ text }) => text));
  expect(Math.max(...seen.map(({ took }) => took)), `slowness ${slow}`).toBeLessThan(100 * slow);
});

it.each([
  [1440, 900],
  [390, 844],
])('has no serious fault of accessibility and no sideways scrolling, %s × %s', async (width, height) => {
  await page.setViewportSize({ width, height });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run('main');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  expect(found).toEqual([]);
});
