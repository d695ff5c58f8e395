/** Policy of the page: nothing breaks it, the browser enforces it, no other origin is asked, and no text becomes markup. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskNames } from '../src/tasks';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { fixtureResult } from './fixtures/result';
import { zipOfRun } from './fixtures/storedRun';
import { chooseRecipe, closeNewRun, drawerOf, fieldAt, setFields, train, waitForStage } from './labPage';

const SCREENS = ['Learn', 'Train', 'Traces', 'Runs'];
const TABS = ['Evaluate', 'The report beside us', 'Stored runs'];
const MARKUP = '<img src=x onerror="window.owned=1">';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([serveApp(), openBrowser(false)]);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

interface Watched {
  readonly page: Page;
  /** Console errors, among them violations in the page and in its training worker. */
  readonly complaints: string[];
  /** Requests to other origins. */
  readonly foreign: string[];
}

/** Runs in the page and in its worker before any of their code. */
function reportViolations(): void {
  addEventListener('securitypolicyviolation', (event) => {
    const { violatedDirective, blockedURI, sourceFile } = event as SecurityPolicyViolationEvent;
    console.error(`violation of ${violatedDirective}: ${blockedURI} in ${sourceFile}`);
  });
}

interface Options {
  /** A service worker answers from its cache, past the routes of a test. */
  readonly serviceWorkers?: 'allow' | 'block';
  readonly prepare?: (page: Page) => Promise<unknown>;
}

async function watch({ serviceWorkers = 'allow', prepare = async () => {} }: Options = {}): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, serviceWorkers });
  const complaints = complaintsOf(page);
  const foreign: string[] = [];
  page.context().on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(served.url).origin) foreign.push(request.url());
  });
  await page.addInitScript(reportViolations);
  await page.route('**/assets/*orker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${reportViolations})();${await response.text()}` });
  });
  await prepare(page);
  await page.goto(served.url);
  return { page, complaints, foreign };
}

async function go(page: Page, screen: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
  await page.locator('nav [aria-current=page]', { hasText: screen }).waitFor();
}

async function toEnd(page: Page): Promise<void> {
  await waitForStage(page, /SFT \d/);
  await page.getByRole('button', { name: 'To the end' }).click();
  await waitForStage(page, /done/);
}

/** Shows every screen and tab, every section of New run, the task picker and a tooltip of a chart. */
async function showAll(page: Page): Promise<void> {
  for (const screen of SCREENS) {
    await go(page, screen);
    await page.locator('main section, main figure, main li, main [role=tabpanel]').first().waitFor();
  }
  for (const name of TABS) await page.getByRole('tab', { name }).click();
  for (const name of taskNames) {
    await page.evaluate((task) => {
      location.hash = `view=data&task=${task}`;
    }, name);
    await drawerOf(page).getByTestId('picture').waitFor();
  }
  await drawerOf(page).getByRole('button', { name: 'Back to New run' }).click();
  await drawerOf(page).getByLabel('Main settings').waitFor();
  await page.evaluate(() => {
    for (const section of document.querySelectorAll<HTMLDetailsElement>('details')) section.open = true;
  });
  await drawerOf(page)
    .getByRole('button', { name: /^What is / })
    .first()
    .click();
  await closeNewRun(page);
  await go(page, 'Train');
  await page
    .getByRole('slider', { name: /^step on / })
    .first()
    .hover();
}

describe('the page as it is used', () => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await watch();
  });

  it('plays a recording and shows every screen', async () => {
    await waitForStage(watched.page, /SFT [1-9]\d*\/300/);
    await showAll(watched.page);
    await toEnd(watched.page);
    await showAll(watched.page);
  });

  it('trains on the CPU with a custom reward term', async () => {
    const { page } = watched;
    await chooseRecipe(page, 'parity-8-nano');
    await setFields(page, {
      'sft.steps': '1',
      'grpo.steps': '1',
      'grpo.prompts': '1',
      'evaluation.problems': '2',
      'reward.custom': '1',
      'reward.customSource': '(rollout) => Math.min(1, rollout.text.length / 40)',
    });
    await train(page);
    await waitForStage(page, /SFT 1\/1.*GRPO 1\/1.*done/);
    const reasons = page.getByTestId('reasons');
    await reasons.waitFor();
    expect(await reasons.innerText()).not.toMatch(/custom term failed/);
    await showAll(page);
  });

  it('broke no directive and asked no other origin', () => {
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});

/** Attempts that the policy must refuse. They run in a timer: code of the debugger itself may use eval. */
const attempts = (page: Page) =>
  page.evaluate(
    (markup) =>
      new Promise<Record<string, unknown>>((resolve) => {
        setTimeout(async () => {
          const violated = new Set<string>();
          document.addEventListener('securitypolicyviolation', (event) => violated.add(event.effectiveDirective));
          const script = Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' });
          document.body.append(script);
          document.body.append(Object.assign(document.createElement('div'), { innerHTML: markup }));
          document.body.append(Object.assign(document.createElement('style'), { textContent: 'body { --own: 1 }' }));
          const named = (error: unknown) => (error as Error).name;
          const evaluated = await Promise.resolve()
            .then(() => new Function('return 1')())
            .catch(named);
          const fetched = await fetch('https://example.com/').catch(named);
          await new Promise((again) => setTimeout(again, 500));
          const { injected, owned } = window as unknown as Record<string, unknown>;
          const styled = getComputedStyle(document.body).getPropertyValue('--own');
          resolve({ injected, owned, styled, evaluated, fetched, violated: [...violated].sort() });
        });
      }),
    MARKUP,
  );

const REFUSED = {
  injected: undefined,
  owned: undefined,
  styled: '',
  evaluated: 'EvalError',
  fetched: 'TypeError',
  violated: ['connect-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src-elem'],
};

describe('the policy', () => {
  it('is a header of every file, beside those that keep the page to itself', async () => {
    for (const file of ['', 'icon.svg', 'runs/parity-12.jsonl', 'sw.js']) {
      const { headers } = await fetch(served.url + file);
      const policy = headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:|data:|blob:/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('permissions-policy')).toContain('camera=()');
    }
  });

  it.each([
    ['the header and the meta tag', false],
    ['the meta tag alone', true],
  ])('refuses inline code, eval and other origins by %s', async (_, withoutHeader) => {
    const { page, foreign } = await watch({
      prepare: async (fresh) => {
        if (!withoutHeader) return;
        await fresh.route(served.url, async (route) => {
          const response = await route.fetch();
          const { 'content-security-policy': _, ...headers } = response.headers();
          await route.fulfill({ response, headers });
        });
      },
    });
    await waitForStage(page, /SFT [1-9]/);
    expect(await attempts(page)).toEqual(REFUSED);
    expect(foreign).toEqual([]);
    await page.close();
  });

  it('refuses eval and other origins in the training worker too', async () => {
    const { page, complaints } = await watch();
    const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
    const refused = await worker.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(async () => {
            const named = (error: unknown) => (error as Error).name;
            const evaluated = await Promise.resolve()
              .then(() => new Function('return 1')())
              .catch(named);
            resolve([evaluated, await fetch('https://example.com/').catch(named)]);
          });
        }),
    );
    expect(refused).toEqual(['EvalError', 'TypeError']);
    await expect.poll(() => complaints.join('\n')).toMatch(/violation of script-src.*violation of connect-src/s);
    await page.close();
  });
});

describe('texts with markup', () => {
  const json = JSON.stringify(MARKUP);
  const fillWithMarkup = async (page: Page) => {
    await page.route('**/runs/*.jsonl', async (route) => {
      const text = await (await route.fetch()).text();
      const body = text.replace(/"(title|about|given|answer|prompt)":"[^"]*"/g, (_, name) => `"${name}":${json}`);
      await route.fulfill({ body });
    });
    await page.route('**/results/index.json', (route) => route.fulfill({ json: ['E3'] }));
    const { rows, ...result } = fixtureResult;
    const fields = { title: MARKUP, finding: MARKUP, report: MARKUP, found: MARKUP, adapter: MARKUP, why: MARKUP };
    await page.route('**/results/E3.json', (route) =>
      route.fulfill({ json: { ...result, ...fields, rows: rows.map((row) => ({ ...row, arm: MARKUP })) } }),
    );
  };

  it('are shown as texts in every place that a file fills', async () => {
    const { page, complaints } = await watch({ serviceWorkers: 'block', prepare: fillWithMarkup });
    await toEnd(page);
    const shows = async () => expect(await page.locator('body').innerText()).toContain(MARKUP);
    expect(await page.getByTestId('running').innerText()).toContain(MARKUP);
    await page.getByTestId('prompt').filter({ hasText: MARKUP }).waitFor();
    for (const screen of SCREENS) {
      await go(page, screen);
      await shows();
    }
    await page.getByRole('tab', { name: 'The report beside us' }).click();
    await page.getByRole('region', { name: `E3: ${MARKUP}` }).waitFor();
    await page.getByRole('tab', { name: 'Stored runs' }).click();
    const parent = { run: MARKUP, stage: 'grpo', step: 2 };
    const meta = { title: MARKUP, notes: MARKUP, tags: [MARKUP], adapter: MARKUP, labVersion: MARKUP, parent };
    await page.getByLabel('Import runs from .zip or .jsonl files').setInputFiles(await zipOfRun(`${MARKUP}.zip`, meta));
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText(`${MARKUP} at GRPO 2`).waitFor();
    const problems = await fieldAt(page, 'own.problems');
    await problems.locator('input[type=file]').setInputFiles({
      name: `${MARKUP}.jsonl`,
      mimeType: 'application/json',
      buffer: Buffer.from(`${JSON.stringify({ prompt: MARKUP, answer: MARKUP })}\n`),
    });
    await (await fieldAt(page, 'task.name')).selectOption('own');
    await page.evaluate(() => {
      location.hash = 'view=data&task=own';
    });
    await page.getByTestId('asked').filter({ hasText: MARKUP }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate(() => 'owned' in window)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
