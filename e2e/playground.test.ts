/** Playground in a browser without WebGPU: the tokens of `lab sample`, own prompts, branches, folders, links and errors. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CPU, lab, lines, untrainedModel } from '../src/cli/cli.fixture';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { trainedRun } from './fixtures/trainedRun';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
let run: Awaited<ReturnType<typeof trainedRun>>;
beforeAll(async () => {
  [served, browser, run] = await Promise.all([serveApp(), openBrowser(false), trainedRun('trained')]);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  complaints = complaintsOf(page);
  await page.goto(served.url);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const views = () => page.getByRole('navigation', { name: 'Screens' });
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const samples = (column: number) => page.getByTestId('play-column').nth(column).getByTestId('play-sample');
const playground = () => page.getByRole('region', { name: 'Ask', exact: true });
/** Samples and waits for the end. */
async function sampled(): Promise<void> {
  await playground().getByRole('button', { name: 'Sample', exact: true }).click();
  await playground().getByRole('button', { name: 'Sample', exact: true }).waitFor();
  await page.getByTestId('pace').waitFor();
}
/** Text of the tokens of a sample. */
const textOf = (column: number, sample: number): Promise<string> =>
  samples(column)
    .nth(sample)
    .locator('[data-token]')
    .evaluateAll((tokens) => tokens.map(({ textContent }) => textContent).join(''));

describe('without a trained model', () => {
  it('an own prompt takes two clicks; untrained weights answer it, and what else works is offered', async () => {
    await views().getByRole('button', { name: 'Playground' }).click();
    const field = page.getByRole('textbox', { name: 'Prompt' });
    await field.click();
    await page.keyboard.type('110=');
    await page.keyboard.press('Enter');
    await samples(0).first().locator('[data-token]').first().waitFor();
    expect(await field.inputValue()).toBe('110=');
    const note = page.getByRole('status').filter({ hasText: 'a recording has no weights' });
    expect(await note.getByRole('button').allInnerTexts()).toEqual(['Train the small model (CPU)', 'Open a run', '']);
    expect(await page.getByRole('status').filter({ hasText: 'CPU reference' }).innerText()).toContain(
      'WebGPU unavailable',
    );
  });

  it('characters outside the vocabulary are named before sampling, with the allowed ones', async () => {
    await page.getByRole('textbox', { name: 'Prompt' }).fill('12é日=');
    const fault = page.getByRole('alert').filter({ hasText: 'outside' });
    expect(await fault.innerText()).toMatch(/“é”, “日” are outside the model’s vocabulary.*line break.*0123456789/s);
    expect(await playground().getByRole('button', { name: 'Sample', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Prompt' }).fill('110100=');
    await fault.waitFor({ state: 'detached' });
  });

  it('a number that does not fit stays in its field and blocks Sample', async () => {
    const field = page.locator('main').getByRole('textbox', { name: /^Top-p/ });
    await field.fill('7');
    await page.getByText('Top-p: use 0.01 to 1').waitFor();
    expect(await playground().getByRole('button', { name: 'Sample', exact: true }).isDisabled()).toBe(true);
    await field.fill('0.95');
    await page.getByText('Top-p: use 0.01 to 1').waitFor({ state: 'detached' });
  });
});

describe('a trained run', () => {
  it('has its base, SFT and last checkpoint preselected', async () => {
    await views().getByRole('button', { name: 'Runs' }).click();
    await page.getByLabel('Import runs from .zip or .jsonl files').setInputFiles(run.zip);
    await page.getByText('Imported as trained.').waitFor();
    await page
      .getByRole('listitem', { name: /Parity/ })
      .getByRole('button', { name: 'Open', exact: true })
      .click();
    await page.getByTestId('stages').filter({ hasText: 'GRPO 1/1' }).waitFor();
    await views().getByRole('button', { name: 'Playground' }).click();
    await page.getByTestId('play-column').nth(2).waitFor();
    const chosen = page.getByLabel(/^Checkpoint of column/);
    expect(await chosen.evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value))).toEqual([
      ...['base', 'sft-2', 'grpo-1'],
    ]);
  });

  it('streams the tokens of lab sample, token for token', async () => {
    for (const [label, value] of [
      ['Samples N', '2'],
      ['Seed', '7'],
      ['Temperature', '0.9'],
    ] as const)
      await page
        .locator('main')
        .getByRole('textbox', { name: new RegExp(`^${label}`) })
        .fill(value);
    await sampled();
    await press('Copy as command');
    const command = await page.getByTestId('command').innerText();
    const models = ['base', 'sft-2', 'grpo-1'].flatMap((name) => ['--model', `${run.folder}@${name}`]);
    const options = ['-n', '2', '--temperature', '0.9', '--top-p', '0.95', '--seed', '7'];
    expect(command).toBe(
      `npm run lab -- sample --model runs/trained@base --model runs/trained@sft-2 --model runs/trained@grpo-1 --prompt 110100= ${options.join(' ')}`,
    );
    const ended = await lab('sample', ...models, '--prompt', '110100=', ...options, ...CPU, '--json');
    const expected = lines(ended) as { completions: { text: string }[] }[];
    for (const [column, { completions }] of expected.entries())
      for (const [sample, { text }] of completions.entries()) expect(await textOf(column, sample)).toBe(text);
  });

  it('shows the numbers of a token and its likeliest ones; another one becomes a branch, which can be undone', async () => {
    const before = await textOf(2, 1);
    const first = samples(2).nth(1);
    await first.getByRole('group').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    const popover = page.getByRole('dialog', { name: /^Token 3/ });
    expect(await popover.innerText()).toMatch(/Probability.*Log-probability.*Entropy.*nats/s);
    const other = popover.getByRole('button', { name: /^Branch to/ }).first();
    const token = (await other.getAttribute('aria-label'))!.slice('Branch to '.length);
    await other.click();
    await first.getByText('Branch at token 3').waitFor();
    await playground().getByRole('button', { name: 'Sample', exact: true }).waitFor();
    const after = await textOf(2, 1);
    const prefix = before.slice(0, 2) + token.replace('␣', ' ').replace('⏎', '\n');
    const asked = ['--prompt', '110100=', '-n', '2', '--temperature', '0.9', '--top-p', '0.95', '--seed', '7'];
    const model = ['--model', `${run.folder}@grpo-1`, '--prefix', prefix];
    const [line] = lines(await lab('sample', ...model, ...asked, ...CPU, '--json'));
    expect((line as { completions: { text: string }[] }).completions[1]!.text).toBe(after);
    expect(after).not.toBe(before);
    await first.getByRole('button', { name: 'Undo branch' }).click();
    expect(await textOf(2, 1)).toBe(before);
  });

  it('is judged on a problem: verdict, reward parts, majority and pass@k', async () => {
    await press('A problem');
    await sampled();
    const column = page.getByTestId('play-column').first();
    expect(await column.getByTestId('attempts').innerText()).toMatch(/\d of 2 right.*pass@1.*pass@2/s);
    expect(await column.getByTestId('verdict-chip').count()).toBe(2);
    expect(await column.getByTestId('play-reward').first().innerText()).toMatch(/^[+−]\d\.\d\d$/);
    await column.getByText('Reward parts').first().click();
    await column.getByTestId('reasons').first().waitFor();
  });

  it('is restored from a link with prompt, models, seed and options', async () => {
    await press('Own prompt');
    await page.getByRole('button', { name: 'Remove column 1' }).click();
    await page.waitForURL(/models=trained%40sft-2%7Ctrained%40grpo-1/);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByTestId('play-column').nth(1).waitFor();
    expect(await other.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('110100=');
    expect(await other.getByLabel('Checkpoint of column 2').inputValue()).toBe('grpo-1');
    expect(await other.locator('main').getByRole('textbox', { name: /^Seed/ }).inputValue()).toBe('7');
    expect(
      await other
        .locator('main')
        .getByRole('textbox', { name: /^Temperature/ })
        .inputValue(),
    ).toBe('0.9');
    await other.close();
  });
});

it('opens a model folder, and names the file that is missing', async () => {
  const folder = untrainedModel('opened');
  const open = page.getByRole('button', { name: /^Open a model folder/ }).or(page.getByLabel(/^Open a model folder/));
  await open.last().setInputFiles(folder);
  await page.getByTestId('play-column').nth(2).waitFor();
  await sampled();
  await samples(2).first().locator('[data-token]').first().waitFor();
  await open.last().setInputFiles(`${run.folder}/checkpoints`);
  expect(await page.getByRole('alert').filter({ hasText: 'not opened' }).innerText()).toContain(
    'config.json is missing',
  );
});

it('on WebGPU streams the tokens of `lab sample` for the same weights and seed', async () => {
  const folder = untrainedModel('on-webgpu');
  const gpu = await openBrowser();
  const there = await gpu.newPage({ viewport: { width: 1440, height: 900 } });
  await there.goto(`${served.url}#view=playground&prompt=110100%3D&sampleSeed=7&maxNew=16`);
  await there
    .getByLabel(/^Open a model folder/)
    .last()
    .setInputFiles(folder);
  const column = there.getByTestId('play-column').last();
  await column.filter({ hasText: 'on-webgpu' }).waitFor(); // it takes the place of the untrained model
  const ask = there
    .getByRole('region', { name: 'Ask', exact: true })
    .getByRole('button', { name: 'Sample', exact: true });
  await ask.click();
  await there.getByTestId('pace').waitFor();
  expect(await there.getByTestId('adapter').innerText()).toContain('WebGPU');
  const asked = ['--prompt', '110100=', '-n', '1', '--seed', '7', '--max-new', '16'];
  const [line] = lines(await lab('sample', '--model', folder, ...asked, ...CPU, '--json'));
  const tokens = column.getByTestId('play-sample').first().locator('[data-token]');
  const shown = await tokens.evaluateAll((all) => all.map(({ textContent }) => textContent).join(''));
  expect(shown).toBe((line as { completions: { text: string }[] }).completions[0]!.text);
  await gpu.close();
});

it('has no violation of accessibility, light and dark', async () => {
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate(async () => {
      const { axe: checker } = window as unknown as { axe: typeof axe };
      const { violations } = await checker.run(document.querySelector('main') as HTMLElement);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(found).toEqual([]);
  }
});

it('never scrolls sideways on a phone', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
