/** App in a real browser with WebGPU, as a person uses it: the recording, a training, errors. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrpoEvent, LabEvent } from '../src/lab/run/events';
import { titleAt } from '../src/screens/setup/fields';
import { fixed, percent, signed } from '../src/screens/shared/format';
import { complaintsOf, openBrowser, recordMainThread, serveApp, slowness } from './browser';
import {
  chooseRecipe,
  closeNewRun,
  drawerOf,
  estimate,
  fieldAt,
  STOP_MS,
  setField,
  stages,
  startText,
  timeToStop,
  train,
  waitForStage,
} from './labPage';

const RECORDING = path.resolve(import.meta.dirname, '../public/runs/parity-12.jsonl');
const recorded = readFileSync(RECORDING, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LabEvent);
const grpoSteps = recorded.filter((event): event is GrpoEvent => event.type === 'grpo');

let served: Awaited<ReturnType<typeof serveApp>>;
beforeAll(async () => {
  served = await serveApp();
});
afterAll(() => served?.close());

const rewards = (page: Page) => page.getByTestId('reward').allInnerTexts();
const advantages = (page: Page) => page.getByTestId('advantage').allInnerTexts();
const traces = (page: Page) => page.getByTestId('rollout').locator('code').allInnerTexts();
describe('with WebGPU', () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let tasksUntilNow: () => Promise<number[]>;
  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
    complaints = complaintsOf(page);
    await page.goto(served.url);
  });
  afterAll(() => browser?.close());

  it('plays a recording from the first second, and says that it is one', async () => {
    expect(await page.getByTestId('state').innerText()).toBe('recorded');
    await waitForStage(page, /SFT \d+\/300/);
    await page.getByLabel('speed').selectOption('16');
    await waitForStage(page, /GRPO [1-9]\d*\/40/);
    await page.getByTestId('advantage').first().waitFor();
    expect(await page.getByTestId('advantage').count()).toBe(8);
  });

  it('shows exactly what the events say', async () => {
    // on a busy machine the recording may have ended by itself
    await page.evaluate(() => document.querySelector<HTMLElement>('[aria-label="To the end"]')?.click());
    await waitForStage(page, /GRPO 40\/40.*done/);
    const { metrics } = grpoSteps.at(-1)!;
    for (const [title, headline] of [
      ['Reward', fixed(metrics.reward, 2)],
      ['Accuracy', percent(metrics.accuracy)],
      ['Trace length', fixed(metrics['completions/mean_length'], 1)],
      ['Loss', fixed(metrics.loss, 4)],
    ] as const) {
      const panel = page.getByRole('region', { name: title });
      await page.waitForFunction(
        ([element, text]) => element?.querySelector('[data-testid=headline]')?.textContent === text,
        [await panel.elementHandle(), headline] as const,
      );
      const curve = await panel.locator('path.recharts-line-curve').last().getAttribute('d');
      expect(curve!.length, `the curve of ${title}`).toBeGreaterThan(100);
    }
    await page.getByRole('button', { name: 'Traces' }).click();
    for (const step of [40, 7]) {
      await page.evaluate((n) => {
        location.hash = `view=rollouts&step=${n}&group=3`;
      }, step);
      await page.waitForFunction((n) => document.querySelector('main')?.textContent?.includes(`Step ${n} of`), step);
      const { rollouts, prompt } = grpoSteps[step - 1]!.groups[3]!;
      await page.waitForFunction(
        (text) => document.querySelector('[data-testid=prompt] code')?.textContent === text,
        prompt,
      );
      expect(await traces(page)).toEqual(rollouts.map(({ text }) => text));
      expect(await rewards(page)).toEqual(rollouts.map(({ reward }) => signed(reward)));
      expect(await advantages(page)).toEqual(rollouts.map(({ advantage }) => signed(advantage)));
    }
    await page.getByRole('button', { name: 'Train', exact: true }).click();
  });

  it('refuses a field out of range, says why, keeps what was typed, and trains nothing until it fits', async () => {
    await chooseRecipe(page, 'parity-8-nano');
    await setField(page, 'grpo.groupSize', '1');
    expect(await page.getByRole('alert').innerText()).toMatch(/grpo\.groupSize.*2/);
    await setField(page, 'grpo.updates', '2');
    const groupSize = await fieldAt(page, 'grpo.groupSize');
    const title = titleAt('grpo.groupSize');
    expect(await groupSize.inputValue()).toBe('1');
    expect(await startText(page)).toContain(`Fix this setting to train: ${title}`);
    expect(await page.getByRole('button', { name: 'Train in this tab' }).isDisabled()).toBe(true);
    // it also blocks the button of the view, which leads to the field
    await closeNewRun(page);
    expect(await page.getByRole('button', { name: 'Train in this tab' }).isDisabled()).toBe(true);
    await page.getByTestId('start').getByRole('button', { name: title }).click();
    await expect.poll(() => groupSize.evaluate((field) => field === document.activeElement)).toBe(true);
    await setField(page, 'grpo.updates', '1');
    await setField(page, 'grpo.groupSize', '8');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await estimate(page)).toMatch(/no changes$/);
  });

  it('shows the memory that the recipe needs, and follows the draft', async () => {
    const mebibytes = async () => Number(/· ([\d.]+) MiB ·/.exec(await estimate(page))![1]);
    const whole = await mebibytes();
    const recompute = await fieldAt(page, 'memory.recompute');
    await recompute.check();
    await expect.poll(mebibytes).toBeLessThan(0.8 * whole);
    await recompute.uncheck();
    expect(await estimate(page)).toMatch(/^time unknown until the first run · .* · no changes$/);
  });

  it('trains nano in the page; rewards and advantages move', async () => {
    await setField(page, 'sft.steps', '12');
    await setField(page, 'grpo.steps', '400');
    expect(await estimate(page)).toMatch(/· 2 changes$/);
    tasksUntilNow = await recordMainThread(browser, page);
    await train(page);
    await waitForStage(page, /SFT [1-9]\d*\/12/);
    expect(await page.getByTestId('state').innerText()).toBe('training');
    await waitForStage(page, /GRPO [1-9]\d*\/400/);
    await page.getByTestId('advantage').first().waitFor();
    const first = [await traces(page), await rewards(page), await advantages(page)];
    expect(first[2]).toHaveLength(8);
    expect(await page.getByTestId('picture').locator('figcaption').innerText()).toMatch(/ones: parity [01]; answered/);
    await page.waitForFunction(
      (before) =>
        [...document.querySelectorAll('[data-testid=rollout] code')].map((trace) => trace.textContent).join() !==
        before,
      first[0]!.join(),
    );
    expect([await traces(page), await rewards(page), await advantages(page)]).not.toEqual(first);
  });

  /** The stages once nothing has moved for a while: the step under way ends first. */
  async function atRest(): Promise<string> {
    for (let before = ''; ; ) {
      const now = await stages(page);
      if (now === before) return now;
      before = now;
      await page.waitForTimeout(2500);
    }
  }
  const grpoStep = (text: string) => Number(/GRPO (\d+)/.exec(text)?.[1]);

  it('pauses, takes one step, resumes, and stops after the current step', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    const paused = grpoStep(await atRest());
    expect(paused).toBeLessThan(400);
    await page.getByRole('button', { name: 'One step' }).click();
    await waitForStage(page, new RegExp(`GRPO ${paused + 1}/`));
    expect(grpoStep(await atRest())).toBe(paused + 1);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    // several steps may pass between two looks
    await page.waitForFunction(
      (step) =>
        Number(/GRPO (\d+)/.exec(document.querySelector('[data-testid=stages]')?.textContent ?? '')?.[1]) > step,
      paused + 1,
    );
    await page.getByRole('button', { name: 'Stop' }).click();
    await waitForStage(page, /stopped/);
    expect(grpoStep(await atRest())).toBeLessThan(400);
  });

  it('kept the main thread free while it trained: no task over 50 ms', async () => {
    const tasks = await tasksUntilNow();
    expect(tasks.length).toBeGreaterThan(100);
    expect(tasks[0]).toBeLessThan(50 * (await slowness(page)));
  });

  it('starts again on a double click, pauses the new run, and ends it when the recording returns', async () => {
    // the stopped run is stored: no question
    await fieldAt(page, 'seed');
    await drawerOf(page).getByRole('button', { name: 'Train in this tab' }).dblclick();
    await page.getByRole('button', { name: 'Pause' }).click();
    const paused = await atRest();
    expect(paused).not.toContain('stopped');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await waitForStage(page, /SFT 12\/12/);
    await page.getByRole('button', { name: 'Restart the recording' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Play the recording' }).click();
    await waitForStage(page, /SFT [1-9]\d*\/300/);
    expect(await page.getByTestId('state').innerText()).toBe('recorded');
  });

  it('plays no recording into a run that began while it was still being fetched', async () => {
    const slow = await browser.newPage();
    await slow.route('**/runs/*.jsonl', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await route.continue().catch(() => {});
    });
    await slow.goto(served.url);
    await chooseRecipe(slow, 'parity-8-nano');
    await (await fieldAt(slow, 'kernels')).selectOption('fixed'); // nothing to measure in a fresh browser
    await train(slow);
    await waitForStage(slow, /SFT [1-9]\d*\/150/);
    await slow.waitForTimeout(4000);
    expect(await stages(slow)).toMatch(/^SFT \d+\/150/);
    await slow.close();
  });

  it('stops at once while kernels compile', async () => {
    const other = await browser.newPage();
    await other.goto(served.url);
    await chooseRecipe(other, 'parity-8-nano');
    await train(other);
    await waitForStage(other, /compiling kernels/);
    expect(await timeToStop(other)).toBeLessThan(STOP_MS);
    await other.close();
  });

  it('trains nothing where a kernel computes wrongly, and names the kernel', async () => {
    const wrong = await browser.newPage();
    const gradient = 'dgateUp[at + params.width] = d * gate * s;';
    let patched = 0;
    await wrong.route('**/assets/*.js', async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      if (text.includes(gradient)) patched++;
      await route.fulfill({ response, body: text.replace(gradient, '') });
    });
    await wrong.goto(served.url);
    await chooseRecipe(wrong, 'parity-8-nano');
    await (await fieldAt(wrong, 'kernels')).selectOption('fixed');
    await train(wrong);
    await wrong.locator('[data-notice=error]').waitFor({ timeout: 300_000 });
    expect(patched).toBe(1);
    expect(await wrong.locator('[data-notice=error]').innerText()).toMatch(
      /self-test: .* computes wrong: swiglu_grad \(.*\): .*largest difference .*Nothing was trained/s,
    );
    expect(await stages(wrong)).toMatch(/^SFT 0\/150.*failed/s);
    await wrong.close();
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});
