/** Evaluate tab in a browser without WebGPU: the numbers of `lab eval`, a comparison, a matrix, a link, a reload, a damaged record. */
import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CPU, lab, lines } from '../src/cli/cli.fixture';
import type { Result } from '../src/lab/report/results';
import { complaintsOf, openBrowser, serveApp } from './browser';
import { finishedArm } from './fixtures/finishedArm';
import { trainedRun } from './fixtures/trainedRun';

let served: Awaited<ReturnType<typeof serveApp>>;
let browser: Browser;
let page: Page;
let complaints: string[];
let run: Awaited<ReturnType<typeof trainedRun>>;
beforeAll(async () => {
  [served, browser, run] = await Promise.all([serveApp(), openBrowser(false), trainedRun('measured')]);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(12_000);
  complaints = complaintsOf(page);
  await page.goto(`${served.url}#view=runs&tab=evaluate`);
});
afterAll(() => Promise.all([browser?.close(), served?.close()]));

const tab = (name: string) => page.getByRole('tab', { name, exact: true });
const panel = (name: string) => page.getByRole('region', { name, exact: true });
const form = () => panel('Evaluate a model');
/** Evaluates a checkpoint and waits for its result. */
async function evaluated(checkpoint: string): Promise<string> {
  await form().getByLabel('Checkpoint').selectOption(checkpoint);
  await form().getByRole('button', { name: 'Evaluate', exact: true }).click();
  await form().getByRole('button', { name: 'Evaluate', exact: true }).waitFor();
  const result = panel('Result');
  await result.filter({ hasText: checkpoint === 'base' ? 'before training' : checkpoint }).waitFor();
  return result.innerText();
}
const evalOf = async (checkpoint: string) => {
  const options = ['--problems', '4', '--runs', '2', '--seed', '3', ...CPU, '--json'];
  const [report] = lines(await lab('eval', '--model', `${run.folder}@${checkpoint}`, '--task', 'parity', ...options));
  return report as { accuracy: { mean: number }; meanLength: number };
};

it('without a run says what to do, and evaluates an imported one', async () => {
  await form().getByRole('button', { name: 'Train a run' }).waitFor();
  await form().getByRole('button', { name: 'Import a run' }).click();
  await page.getByLabel(/^Import runs/).setInputFiles(run.zip);
  await page.getByRole('listitem', { name: /Parity/ }).waitFor();
  await tab('Evaluate').click();
  for (const [label, value] of [
    ['Held-out problems', '4'],
    ['Samples k per problem', '2'],
    ['Seed', '3'],
  ] as const)
    await form().getByLabel(label, { exact: true }).fill(value);
  const text = await evaluated('grpo-1');
  const { accuracy, meanLength } = await evalOf('grpo-1');
  expect(text).toContain(`${(100 * accuracy.mean).toFixed(0)}\u00a0%`);
  expect(text).toContain(`${meanLength.toFixed(1)} tokens`);
  expect(text).toMatch(/95 % interval \d+\u00a0% to \d+\u00a0% \(Wilson\)/);
});

it('compares two checkpoints pair by pair', async () => {
  await evaluated('base');
  const all = page.getByTestId('evaluations');
  await all.getByRole('button', { name: /^A: .*before training/ }).click();
  await all.getByRole('button', { name: /^B: .*grpo-1/ }).click();
  const numbers = page.getByTestId('comparison');
  await numbers.waitFor();
  expect(await numbers.innerText()).toMatch(/B − A.*[+−]\d+\.\d points.*Problems that differ.*for B, \d+ for A/s);
});

it('a link restores model, task, numbers, seed and the comparison, also after a reload', async () => {
  await page.waitForURL(/evalProblems=4.*evalPair=/);
  await page.reload();
  await page.getByTestId('comparison').waitFor();
  expect(await form().getByLabel('Checkpoint').inputValue()).toBe('base');
  expect(await form().getByLabel('Held-out problems').inputValue()).toBe('4');
  expect(await form().getByLabel('Seed', { exact: true }).inputValue()).toBe('3');
  expect(await page.getByTestId('evaluations').getByRole('row').count()).toBe(3);
});

it('several tasks give a transfer matrix, which is there again after a reload', async () => {
  await form().getByRole('button', { name: 'Add a task' }).click();
  await form().getByRole('button', { name: 'Evaluate', exact: true }).click();
  const rows = page.getByTestId('transfer').getByRole('row');
  await rows.nth(2).waitFor();
  const matrix = await rows.allInnerTexts();
  expect(matrix).toHaveLength(3);
  await page.waitForURL(/evalTasks=/);
  await page.reload();
  await rows.nth(2).waitFor();
  expect(await rows.allInnerTexts()).toEqual(matrix);
});

it('Stop ends an evaluation at once; the next one works', async () => {
  await form().getByLabel('Samples k per problem').fill('256');
  await form().getByRole('button', { name: 'Evaluate', exact: true }).click();
  await page.getByTestId('evaluation-progress').filter({ hasText: 'answers' }).waitFor();
  await form().getByRole('button', { name: 'Stop', exact: true }).click();
  await form().getByRole('button', { name: 'Evaluate', exact: true }).waitFor();
  expect(await page.getByTestId('evaluation-progress').count()).toBe(0);
  await form().getByLabel('Samples k per problem').fill('2');
  await form().getByRole('button', { name: 'Evaluate', exact: true }).click();
  await page.getByTestId('transfer').getByRole('row').nth(2).waitFor();
});

it('a number that does not fit blocks the button; a damaged record is named', async () => {
  await form().getByLabel('Held-out problems').fill('0');
  await form().getByText('Held-out problems: use 1 to 10000').waitFor();
  expect(await form().getByRole('button', { name: 'Evaluate', exact: true }).isDisabled()).toBe(true);
  await form().getByLabel('Held-out problems').fill('4');
  await page.evaluate(async () => {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const folder = await (await runs.getDirectoryHandle('measured')).getDirectoryHandle('evaluations');
    const file = await (await folder.getFileHandle('grpo-1_bad.jsonl', { create: true })).createWritable();
    await file.write('{"type":"evaluation"}\n');
    await file.close();
  });
  await tab('Stored runs').click();
  await tab('Evaluate').click();
  await page.getByText(/measured\/evaluations\/grpo-1_bad\.jsonl.*line 1/).waitFor();
});

it('exports the model as a Hugging Face folder, and forks a checkpoint from its card', async () => {
  await tab('Stored runs').click();
  const downloading = page.waitForEvent('download');
  const card = page.getByRole('listitem', { name: /Parity/ });
  await card.getByRole('button', { name: /^Export/ }).click();
  await page.getByRole('menuitem', { name: 'Model as Hugging Face folder' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('measured-model.zip');
  const zip = await readFile(await download.path(), 'latin1');
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json']) expect(zip).toContain(name);
  await card.getByRole('button', { name: 'Details' }).click();
  await card.getByRole('button', { name: 'Fork from grpo-0' }).click();
  const fork = page.getByRole('form', { name: 'Fork from grpo-0' });
  await fork.getByLabel('GRPO steps').fill('2');
  await fork.getByRole('button', { name: 'Fork from GRPO 0' }).click();
  await page.waitForURL(/view=train/);
  await page.getByTestId('group').or(page.getByTestId('rollout').first()).first().waitFor();
});

it('keeps a note and its tags on a trace over a reload', async () => {
  await page.goto('about:blank');
  await page.goto(`${served.url}#view=runs`);
  await page
    .getByRole('listitem', { name: /Parity/ })
    .last()
    .getByRole('button', { name: 'Open' })
    .click();
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Traces' }).click();
  await page.getByLabel('Note', { exact: true }).fill('pads with zeros');
  await page.getByLabel('Tags', { exact: true }).fill('hack, long');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '#hack #long' }).waitFor();
  await page.reload();
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Runs' }).click();
  await page
    .getByRole('listitem', { name: /Parity/ })
    .last()
    .getByRole('button', { name: 'Open' })
    .click();
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Traces' }).click();
  await page.getByRole('button', { name: '#hack #long' }).click();
  await expect.poll(() => page.getByLabel('Note', { exact: true }).inputValue()).toBe('pads with zeros');
  await page.goto('about:blank');
  await page.goto(`${served.url}#view=runs&tab=evaluate`);
  await panel('Evaluate a model').waitFor();
});

it('the report beside us shows the numbers of a stored run of a setting beside the committed ones, also after a reload', async () => {
  await tab('Stored runs').click();
  const zip = await finishedArm('E1', 'parity-12', 1, [0, 0.51]);
  await page.getByLabel(/^Import runs/).setInputFiles([zip, await finishedArm('E7', 'after SFT', 1, [0, 0.5])]);
  await page.getByRole('listitem', { name: 'E7 · after SFT, seed 1' }).waitFor();
  await tab('The report beside us').click();
  const { rows } = JSON.parse(await readFile('public/results/E1.json', 'utf8')) as Pick<Result, 'rows'>;
  const { values } = rows.find(({ arm }) => arm === 'parity-12')!.cells[1]!;
  const below = (100 * (Math.min(...values) - 0.51)).toFixed(1);
  const here = page.getByTestId('here');
  const cell = here.getByRole('cell').nth(1);
  for (const visit of ['first', 'after a reload']) {
    await here.waitFor();
    expect(await here.getByRole('rowheader').innerText(), visit).toMatch(
      /In this browser, seed 1.*E1 · parity-12.*test/s,
    );
    const text = (await cell.innerText()).replaceAll('\u00a0', ' ');
    expect(text).toMatch(/^51\.0 %/);
    expect(text).toContain(`${below} points below the range of the seeds`);
    expect(text).toContain(`seed 1 of the table: ${(100 * values[1]!).toFixed(1)} %`);
    await page.reload();
  }
  await page.getByLabel('Seed of the run').fill('1');
  await page.getByText('Seed 1 has run: see below.').waitFor();
  await page.waitForURL(/experimentSeed=1/);
  await page.getByLabel('Seed of the run').fill('-1');
  await page.getByText('Use a whole number from 0 to 2147483647.').waitFor();
  expect(await page.getByRole('button', { name: /^Run this setting/ }).count()).toBe(0);
  await page.getByRole('navigation', { name: 'Experiments' }).getByRole('button', { name: /^E7/ }).click();
  await here.getByText('The numbers need 50 answers to each of 30 problems; 0 are there.').waitFor();
  await page.getByRole('button', { name: 'Evaluate this setting: after SFT, seed 1' }).waitFor();
});

it('a button trains a setting in this tab as a named, stored run', async () => {
  await page.getByRole('navigation', { name: 'Experiments' }).getByRole('button', { name: /^E3/ }).click();
  await page.getByLabel('Seed of the run').fill('2');
  await page.getByRole('button', { name: 'Run this setting: addition-2, seed 2' }).click();
  const views = page.getByRole('navigation', { name: 'Screens' });
  await views.locator('button[aria-current]', { hasText: 'Train' }).waitFor();
  expect(await page.getByTestId('running').innerText()).toMatch(/E3 · addition-2, seed 2\s+addition-2.*, seed 2/);
  await views.getByRole('button', { name: 'Runs' }).click();
  await page.getByText('Training now, seed 2').waitFor();
  await tab('Stored runs').click();
  await page.getByRole('listitem', { name: 'E3 · addition-2, seed 2' }).waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await tab('The report beside us').click();
  await page.getByText('Training now').waitFor({ state: 'detached' });
});

it('has no violation of accessibility, light and dark, and never scrolls sideways on a phone', async () => {
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  for (const [colorScheme, shown] of [
    ['light', 'The report beside us'],
    ['light', 'Evaluate'],
    ['dark', 'Evaluate'],
    ['dark', 'The report beside us'],
  ] as const) {
    await tab(shown).click();
    await page.getByRole('region', { name: shown === 'Evaluate' ? 'Evaluate a model' : /^E3/ }).waitFor();
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate(async () => {
      const { axe: checker } = window as unknown as { axe: typeof axe };
      const { violations } = await checker.run(document.querySelector('main') as HTMLElement);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(found).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

it('said nothing on the console', () => expect(complaints).toEqual([]));
