/**
 * Long runs of the nano recipe: `npm run soak`, 3 000 GRPO steps by default, others with `SOAK_STEPS`. Memory and the time of a
 * step at the end are within 5 % of those after the first 100 steps. In the browser that holds for data: the engine compiles hot
 * functions again and again for minutes, and the size of that code is printed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lastEvent } from '../../src/runs/journal';
import { nodeFiles } from '../../src/runs/nodeFiles';
import { RunFolder } from '../../src/runs/runFolder';
import { openBrowser, serveApp } from '../browser';
import { chooseRecipe, setField, stages, train, waitForStage } from '../labPage';
import { openHeaps } from './heaps';

const STEPS = Number(process.env.SOAK_STEPS ?? 3000);
const SETTLED = 100;
const ALLOWED = 1.05;
/** Steps that a figure is the median of. */
const WINDOW = 100;

/** Steps between two looks at the heaps. */
const BETWEEN = 15;

interface Sample {
  readonly step: number;
  readonly value: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Figures of the window after the first steps and of the last one. */
function ends(samples: readonly Sample[], figure = median) {
  const within = (from: number, to: number) =>
    samples.flatMap(({ step, value }) => (step > from && step <= to ? value : []));
  return { start: figure(within(SETTLED, SETTLED + WINDOW)), end: figure(within(STEPS - WINDOW, STEPS)) };
}

/** Prints the figures. @returns those that grew too much */
function grown(figures: Readonly<Record<string, ReturnType<typeof ends>>>): string[] {
  return Object.entries(figures).flatMap(([what, { start, end }]) => {
    const ratio = end / start;
    const line = `${what}: ${start.toPrecision(5)} after step ${SETTLED}, ${end.toPrecision(5)} at the end, × ${ratio.toFixed(3)}`;
    process.stdout.write(`${line}
`);
    return ratio < ALLOWED ? [] : line;
  });
}

it(`a process trains ${STEPS} steps in flat memory and time`, async () => {
  const out = path.join(mkdtempSync(path.join(os.tmpdir(), 'groupthink-soak-')), 'run');
  const args = ['--recipe', 'parity-8-nano', '--out', out, '--set', `grpo.steps=${STEPS}`];
  const lab = ['--import', 'tsx', '--import', './tools/wgsl-hook.mjs', 'src/cli/main.ts', 'train', ...args];
  const child = spawn(process.execPath, lab, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const resident: { step: number; value: number }[] = [];
  while (child.exitCode === null) {
    const { text } = await lastEvent(nodeFiles(out));
    const step = /^\{"type":"grpo","step":(\d+)/.exec(text ?? '')?.[1];
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    if (step && kib) resident.push({ step: Number(step), value: Number(kib) / 1024 });
    await Promise.race([after(500), ended]);
  }
  expect(await ended).toBe(0);
  const { journal } = await RunFolder.open(nodeFiles(out));
  const times: { step: number; value: number }[] = [];
  for await (const { text } of journal.read()) {
    const event = JSON.parse(text) as { type: string; step: number; step_time: number };
    if (event.type === 'grpo') times.push({ step: event.step, value: event.step_time });
  }
  expect(grown({ 'memory of the process, MiB': ends(resident), 'time of a step, s': ends(times) })).toEqual([]);
});

const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

it(`a page trains ${STEPS} steps in flat memory and time`, async () => {
  const [served, browser] = await Promise.all([serveApp(), openBrowser()]);
  opened.push(browser, served);
  const page = await browser.newPage();
  await page.goto(served.url);
  await chooseRecipe(page, 'parity-8-nano');
  await setField(page, 'grpo.steps', String(STEPS));
  await train(page);
  await waitForStage(page, /GRPO [1-9]/);
  const heaps = await openHeaps(page);
  const series: Record<string, Sample[]> = {};
  const add = (what: string, step: number, value: number) => {
    series[what] ??= [];
    series[what].push({ step, value });
  };
  const times: Sample[] = [];
  let last = { step: 0, at: performance.now() };
  let measured = 0;
  while (last.step < STEPS) {
    await after(1000);
    const step = Number(/GRPO (\d+)\//.exec(await stages(page))?.[1] ?? 0);
    const now = performance.now();
    // one sample for each step: a look takes a second, in which one or several steps end
    for (let one = last.step + 1; one <= step; one++)
      times.push({ step: one, value: (now - last.at) / (step - last.step) / 1000 });
    if (step > last.step) last = { step, at: now };
    const isInWindow = (step > SETTLED && step <= SETTLED + WINDOW) || step > STEPS - WINDOW;
    if (!isInWindow || step < measured + BETWEEN) continue;
    measured = step;
    for (const [of, { data, code }] of Object.entries(await heaps.measure())) {
      add(`data of the ${of}, MiB`, step, data / 2 ** 20);
      add(`code of the ${of}, MiB`, step, code / 2 ** 20);
    }
    last.at = performance.now();
  }
  const figures = Object.entries(series).map(([what, samples]) => [what, ends(samples)] as const);
  const time = { 'time of a step on screen, s': ends(times, mean) };
  expect(grown({ ...Object.fromEntries(figures), ...time }).filter((line) => !line.startsWith('code'))).toEqual([]);
});
