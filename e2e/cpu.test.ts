/** App in a browser without WebGPU: the recording, a training on the CPU, a custom term in its sandbox. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { chooseRecipe, openNewRun, setFields, train, waitForStage } from './labPage';

let served: Awaited<ReturnType<typeof serveApp>>;
beforeAll(async () => {
  served = await serveApp();
});
afterAll(() => served?.close());

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
    const banner = page.getByRole('status').filter({ hasText: 'WebGPU unavailable' });
    await banner.waitFor();
    expect(await banner.innerText()).toMatch(/WebGPU unavailable: .*Every view works/s);
    await banner.getByText('What to do').click();
    await banner.getByText(/^(Turn on hardware acceleration|Use a current Chrome)/).waitFor();
    await banner.getByRole('button', { name: 'Check again' }).click();
    await banner.waitFor();
    await waitForStage(page, /SFT [1-9]\d*\/300/);
  });

  it.each([
    ['there is no navigator.gpu', 'undefined', 'this browser has no WebGPU'],
    ['the adapter is null', '{ requestAdapter: async () => null }', 'your browser found no usable GPU'],
    [
      'requestAdapter throws',
      "{ requestAdapter: async () => { throw new Error('no'); } }",
      'the browser failed to look for a GPU',
    ],
  ])('gives its own reason where %s', async (_, gpu, reason) => {
    const other = await browser.newPage({ serviceWorkers: 'block' });
    await other.route('**/assets/worker-*.js', async (route) => {
      const response = await route.fetch();
      const define = `Object.defineProperty(Object.getPrototypeOf(navigator), 'gpu', { value: ${gpu} });`;
      await route.fulfill({ response, body: `${define}\n${await response.text()}` });
    });
    await other.goto(served.url);
    await other
      .getByRole('status')
      .filter({ hasText: `WebGPU unavailable: ${reason}.` })
      .waitFor();
    await other.close();
  });

  it('trains on the CPU where that is asked for by name', async () => {
    await chooseRecipe(page, 'parity-8-nano');
    await setFields(page, { 'sft.steps': '3', 'grpo.steps': '1', 'evaluation.problems': '4' });
    const drawer = await openNewRun(page);
    const main = drawer.getByRole('button', { name: /^Train on the CPU/ });
    await main.filter({ hasText: /about \d+ (s|min)/ }).waitFor();
    await main.click();
    await waitForStage(page, /SFT 3\/3.*GRPO 1\/1.*done/);
    expect(await page.getByTestId('adapter').innerText()).toBe('CPU reference');
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
    await chooseRecipe(other, 'parity-8-nano');
    await setFields(other, {
      'sft.steps': '0',
      'grpo.steps': '1',
      'grpo.prompts': '1',
      'grpo.temperature': '5',
      'evaluation.problems': '2',
      'reward.lMax': '16',
    });
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
    await train(other);
    await waitForStage(other, /GRPO 1\/1.*done/);
    const reasons = new Set<string>();
    await other.getByTestId('reasons').waitFor();
    for (const advantage of await other.getByTestId('advantage').all()) {
      await advantage.click();
      reasons.add(
        await other.getByTestId('reasons').locator('div', { hasText: 'Your own' }).locator('span').innerText(),
      );
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
    await page.getByRole('button', { name: 'Traces' }).click();
    await page.getByRole('grid', { name: 'Traces' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('said nothing on the console', () => expect(complaints).toEqual([]));
});
