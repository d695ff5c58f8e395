/** Alerts of a run in a real browser: they lead to the trace that raised them, and go when they are dismissed. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GrpoEvent, LabEvent } from '../src/lab/run/events';
import { complaintsOf, openBrowser, serveApp } from './browser';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
const steps: GrpoEvent[] = [];

/** The recording, with a held-out accuracy that falls while the reward rises, and a jump of KL at the steps 20 and 21. */
const hacked = (line: string): string => {
  const event = JSON.parse(line) as LabEvent;
  if (event.type === 'grpo') steps.push(event);
  if (event.type === 'grpo' && (event.step === 20 || event.step === 21))
    return JSON.stringify({ ...event, metrics: { ...event.metrics, kl: 1 } });
  if (event.type !== 'evaluation' || event.stage !== 'grpo') return line;
  return JSON.stringify({ ...event, sampled: { ...event.sampled, accuracy: 0.25 } });
};

beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = complaintsOf(page);
  await page.route('**/runs/*.jsonl', async (route) => {
    const text = await (await route.fetch()).text();
    await route.fulfill({ body: text.trim().split('\n').map(hacked).join('\n') });
  });
  await page.goto(served.url);
  await page.waitForFunction(
    () => !document.querySelector('button[aria-label="To the end"]')?.hasAttribute('disabled'),
  );
  await page.getByRole('button', { name: 'To the end' }).click();
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const notices = () => page.locator('main [data-notice]');

it('shows the newest alert first, and one that has ended as a note', async () => {
  await notices().nth(2).waitFor();
  const texts = (await notices().allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '));
  expect(texts[0]).toMatch(
    /Reward up, accuracy down: in 40 steps the reward rose from 0\.\d\d to 0\.60, accuracy on held-out problems fell from \d\d % to 25 %/,
  );
  expect(texts[1]).toMatch(/Nearly solved: /);
  expect(texts[2]).toMatch(/KL jumped: KL went from \S+ to 1\.0 nats per token in one step;.*Ended, step 21/s);
  expect(await notices().evaluateAll((all) => all.map((one) => one.getAttribute('data-notice')))).toEqual([
    'warning',
    'success',
    'note',
  ]);
});

it('leads to the wrong answer that earned most, in one click', async () => {
  await page.getByRole('button', { name: 'Show trace: Reward up, accuracy down, step 40' }).click();
  const places = steps
    .at(-1)!
    .groups.flatMap(({ rollouts }, group) => rollouts.map((rollout, i) => ({ ...rollout, group, i })))
    .filter(({ correct }) => !correct)
    .sort((a, b) => b.reward - a.reward);
  const { group, i } = places[0]!;
  await page.waitForFunction(
    (wanted) => wanted.every((part) => location.hash.split(/[#&]/).includes(part)),
    ['step=40', `group=${group}`, ...(i > 0 ? [`rollout=${i}`] : [])],
  );
  expect(await page.getByTestId('rollout').nth(i).getByTestId('verdict-chip').innerText()).toMatch(/wrong/);
  await page.goBack();
  await page.getByRole('button', { name: /^Show trace: KL jumped/ }).click();
  await page.waitForFunction(() => location.hash.includes('step=21'));
  await page.goBack();
});

it('goes when it is dismissed, and stays away', async () => {
  await page.getByRole('button', { name: 'Dismiss: KL jumped' }).click();
  await expect.poll(() => notices().count()).toBe(2);
  const views = page.getByRole('navigation', { name: 'Screens' });
  await views.getByRole('button', { name: 'Runs' }).click();
  await views.getByRole('button', { name: 'Train' }).click();
  await expect.poll(() => notices().count()).toBe(2);
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
