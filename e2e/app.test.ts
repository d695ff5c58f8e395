/** The app in a real browser, as a person would use it: the recording, a training, what is wrong, a browser without WebGPU. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrpoEvent, LabEvent } from '../src/lab/run/events';
import { fixed, percent, signed } from '../src/views/format';
import { complaintsOf, openBrowser, recordMainThread, serveApp, slowness } from './browser';
import { STOP_MS, setField, stages, timeToStop, waitForStage } from './labPage';

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
const traces = (page: Page) => page.locator('.rollouts .trace').allInnerTexts();
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
    expect(await page.getByTestId('source').innerText()).toBe('a recording');
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
      await page.waitForFunction(([element, text]) => element?.querySelector('.aside')?.textContent === text, [
        await panel.elementHandle(),
        headline,
      ] as const);
      const curve = await panel.locator('path.recharts-line-curve').last().getAttribute('d');
      expect(curve!.length, `the curve of ${title}`).toBeGreaterThan(100);
    }
    await page.getByRole('button', { name: 'Rollouts' }).click();
    for (const step of [40, 7]) {
      await page.evaluate((n) => {
        location.hash = `view=rollouts&step=${n}&group=3`;
      }, step);
      await page.waitForFunction((n) => document.querySelector('.slider')?.textContent?.includes(`Step ${n} of`), step);
      const { rollouts, prompt } = grpoSteps[step - 1]!.groups[3]!;
      await page.waitForFunction((text) => document.querySelector('.prompt code')?.textContent === text, prompt);
      expect(await traces(page)).toEqual(rollouts.map(({ text }) => text));
      expect(await rewards(page)).toEqual(rollouts.map(({ reward }) => signed(reward)));
      expect(await advantages(page)).toEqual(rollouts.map(({ advantage }) => signed(advantage)));
    }
    await page.getByRole('button', { name: 'Train', exact: true }).click();
  });

  it('refuses a field out of range, says why, keeps what was typed, and trains nothing until it fits', async () => {
    await page.getByLabel('Recipe').selectOption('parity-8-nano');
    await setField(page, 'GRPO', 'Group size G', '1');
    expect(await page.getByRole('alert').innerText()).toMatch(/grpo\.groupSize.*2/);
    await setField(page, 'GRPO', 'Updates μ', '2');
    const groupSize = page.getByLabel('Group size G', { exact: true });
    expect(await groupSize.inputValue()).toBe('1');
    expect(await page.locator('.setup .start p').innerText()).toContain('cannot be trained: Group size G');
    expect(await page.locator('.setup .train').isDisabled()).toBe(true);
    await page.locator('.held-back').getByRole('button', { name: 'Group size G' }).click();
    expect(await groupSize.evaluate((field) => field === document.activeElement)).toBe(true);
    await setField(page, 'GRPO', 'Updates μ', '1');
    await setField(page, 'GRPO', 'Group size G', '8');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.locator('.setup .start p').innerText()).toBe('No changes to the recipe.');
  });

  it('tells the memory that the recipe would take, and follows the draft', async () => {
    const told = page.getByTestId('memory').locator('summary');
    const mebibytes = async () => Number(/take about ([\d.]+) MiB of GPU memory/.exec(await told.innerText())![1]);
    const whole = await mebibytes();
    const before = await told.innerText();
    const section = page.locator('.setup details', { has: page.locator('summary', { hasText: /^Memory$/ }) });
    await section.locator('summary').click();
    await section.getByLabel('Recompute activations', { exact: true }).check();
    await page.waitForFunction(
      (text) => !document.querySelector('[data-testid=memory]')?.textContent?.includes(text),
      before,
    );
    expect(await mebibytes()).toBeLessThan(0.8 * whole);
    await section.getByLabel('Recompute activations', { exact: true }).uncheck();
    expect(await page.locator('.setup .start p').innerText()).toBe('No changes to the recipe.');
  });

  it('trains nano in the page; rewards and advantages move', async () => {
    await setField(page, 'SFT', 'Steps', '12');
    await setField(page, 'GRPO', 'Steps', '400');
    expect(await page.locator('.setup .start p').innerText()).toBe('2 changes to the recipe.');
    tasksUntilNow = await recordMainThread(browser, page);
    await page.getByRole('button', { name: 'Train it yourself' }).click();
    await waitForStage(page, /SFT [1-9]\d*\/12/);
    expect(await page.getByTestId('source').innerText()).toBe('live in this tab');
    await waitForStage(page, /GRPO [1-9]\d*\/400/);
    await page.getByTestId('advantage').first().waitFor();
    const first = [await traces(page), await rewards(page), await advantages(page)];
    expect(first[2]).toHaveLength(8);
    expect(await page.locator('.picture figcaption').innerText()).toMatch(/ones: parity [01]; answered/);
    await page.waitForFunction(
      (before) =>
        [...document.querySelectorAll('.rollouts .trace')].map((trace) => trace.textContent).join() !== before,
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

  it('pauses, takes one step, resumes, and stops where it stands', async () => {
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

  it('begins anew on a double click, pauses what has just begun, and ends what runs when the recording returns', async () => {
    await page.getByRole('button', { name: 'Train it yourself' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start training' }).dblclick();
    await page.getByRole('button', { name: 'Pause' }).click();
    const paused = await atRest();
    expect(paused).not.toContain('stopped');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await waitForStage(page, /SFT 12\/12/);
    await page.getByRole('button', { name: 'Restart the recording' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Play the recording' }).click();
    await waitForStage(page, /SFT [1-9]\d*\/300/);
    expect(await page.getByTestId('source').innerText()).toBe('a recording');
  });

  it('plays no recording into a run that began while it was still being fetched', async () => {
    const slow = await browser.newPage();
    await slow.route('**/runs/*.jsonl', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await route.continue().catch(() => {});
    });
    await slow.goto(served.url);
    await slow.getByLabel('Recipe').selectOption('parity-8-nano');
    await slow.getByLabel('Kernels', { exact: true }).selectOption('fixed'); // nothing to measure in a fresh browser
    await slow.getByRole('button', { name: 'Train it yourself' }).click();
    await waitForStage(slow, /SFT [1-9]\d*\/150/);
    await slow.waitForTimeout(4000);
    expect(await stages(slow)).toMatch(/^SFT \d+\/150/);
    await slow.close();
  });

  it('stops at once while kernels compile', async () => {
    const other = await browser.newPage();
    await other.goto(served.url);
    await other.getByLabel('Recipe').selectOption('parity-8-nano');
    await other.getByRole('button', { name: 'Train it yourself' }).click();
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
    await wrong.getByLabel('Recipe').selectOption('parity-8-nano');
    await wrong.getByLabel('Kernels', { exact: true }).selectOption('fixed');
    await wrong.getByRole('button', { name: 'Train it yourself' }).click();
    await wrong.locator('.notice.error').waitFor({ timeout: 300_000 });
    expect(patched).toBe(1);
    expect(await wrong.locator('.notice.error').innerText()).toMatch(
      /self-test: .* computes wrong: swiglu_grad \(.*\): .*largest difference .*Nothing was trained/s,
    );
    expect(await stages(wrong)).toMatch(/^SFT 0\/150.*failed/s);
    await wrong.close();
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});

describe('without WebGPU, on a phone, in the dark', () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    browser = await openBrowser(false);
    page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    complaints = complaintsOf(page);
    await page.goto(served.url);
  });
  afterAll(() => browser?.close());

  it('says why and what to do, and plays the recording all the same', async () => {
    await page.locator('.banner').waitFor();
    expect(await page.locator('.banner').innerText()).toMatch(/No WebGPU here: .*(turn on|use a current)/is);
    await waitForStage(page, /SFT [1-9]\d*\/300/);
  });

  it('trains on the CPU where that is asked for by name', async () => {
    await page.getByRole('button', { name: 'Setup' }).click();
    await page.getByLabel('Recipe').selectOption('parity-8-nano');
    await setField(page, 'SFT', 'Steps', '3');
    await setField(page, 'GRPO', 'Steps', '1');
    await setField(page, 'Evaluation', 'Problems', '4');
    await page.getByRole('button', { name: 'Train small on the CPU' }).click();
    await waitForStage(page, /SFT 3\/3.*GRPO 1\/1.*done/);
    expect(await page.locator('.badge').innerText()).toBe('CPU reference');
  });

  it('runs a term of the user in a sandbox: a loop and a call to the network cost their reward, three loops skip the rest of the step, and nothing is asked for', async () => {
    const source = `(rollout) => {
      if ([...rollout.text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 2) for (;;);
      return fetch('/stolen?' + rollout.text);
    }`;
    const other = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
    const said = complaintsOf(other);
    const asked: string[] = [];
    other.on('request', (request) => asked.push(request.url()));
    await other.goto(served.url);
    await other.getByLabel('Recipe').selectOption('parity-8-nano');
    for (const [section, field, value] of [
      ['SFT', 'Steps', '0'],
      ['GRPO', 'Steps', '1'],
      ['GRPO', 'Problems a step P', '1'],
      ['GRPO', 'Temperature', '5'],
      ['Evaluation', 'Problems', '2'],
      ['Reward', 'L max', '16'],
    ] as const)
      await setField(other, section, field, value);
    expect(asked.filter((url) => url.endsWith('.wasm'))).toEqual([]); // nobody has asked for the engine yet
    // the text goes into the recipe on its way to the worker
    await other.evaluate((customSource) => {
      const post: (this: Worker, message: unknown, options?: never) => void = Worker.prototype.postMessage;
      (Worker.prototype as { postMessage: unknown }).postMessage = function (
        this: Worker,
        message: unknown,
        options?: never,
      ) {
        const { path, argumentList } = message as { path?: string[]; argumentList: { value: { reward: object } }[] };
        if (path?.[0] === 'start') {
          const [recipe] = argumentList as [{ value: { reward: object } }];
          recipe.value = { ...recipe.value, reward: { ...recipe.value.reward, custom: 1, customSource } };
        }
        post.call(this, message, options);
      };
    }, source);
    await other.getByRole('button', { name: 'Train small on the CPU' }).click();
    await waitForStage(other, /GRPO 1\/1.*done/);
    const reasons = new Set<string>();
    await other.locator('.reasons').waitFor();
    for (const advantage of await other.getByTestId('advantage').all()) {
      await advantage.click();
      reasons.add(await other.locator('.reasons div', { hasText: 'Your own' }).locator('span').innerText());
    }
    expect([...reasons].sort()).toEqual([
      'custom term failed: it did not end within 10 million steps',
      'custom term failed: skipped, because 3 calls in this step did not end within 10 million steps',
      "custom term failed: threw ReferenceError: 'fetch' is not defined (line 3, column 14)",
    ]);
    expect(asked.filter((url) => url.endsWith('.wasm'))).toHaveLength(1);
    expect(asked.filter((url) => url.includes('stolen'))).toEqual([]);
    expect(said).toEqual([]);
    await other.close();
  });

  it('never scrolls sideways', async () => {
    await page.getByRole('button', { name: 'Rollouts' }).click();
    await page.locator('.groups').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});
