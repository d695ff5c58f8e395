/** A small run for tests: seven events, three checkpoints, a summary. */
import type { Tensors } from '../model/parameters';
import { newestGood, type StoredCheckpoint } from './checkpoints';
import { type Files, faultText } from './files';
import { markOf } from './journal';
import { newMeta } from './meta';
import { numbersFromText, numbersToText } from './numbers';
import { RunFolder } from './runFolder';

export const RECIPE = { name: 'small', seed: 3, grpo: { beta: 0.04 } };
export const META = newMeta({
  labVersion: '0.1.0',
  adapter: 'none',
  title: 'Small',
  colour: '#1188aa',
  tags: ['test'],
  created: '2026-01-02T03:04:05.000Z',
});
export const SUMMARY = { grpo: { steps: 4, sampled_accuracy: 0.75, curve: [{ step: 4, reward: 0.5 }] } };

const tensors = (...values: number[]): Tensors =>
  new Map([
    ['a.weight', { shape: [2, values.length], data: Float32Array.from([...values, ...values], Math.fround) }],
    ['b.weight', { shape: [1], data: Float32Array.of(Math.PI * values[0]!) }],
  ]);

export const checkpointAt = (stage: string, step: number, value = step + 1 / 3): StoredCheckpoint => ({
  ...{ stage, step, recipe: RECIPE },
  state: { cursor: 5 * step, entropy: Float32Array.of(0.1, 0.2), seed: 7 },
  model: tensors(value, 2 * value),
  optimizer: step === 0 ? null : { steps: step, tensors: tensors(-value) },
  reference: stage === 'grpo' ? tensors(value / 3) : null,
});

export const eventAt = (step: number) => ({
  ...{ type: 'grpo', step, metrics: { reward: step / 8, accuracy: step / 10 } },
  text: 'two → zwei',
  logprobs: Float32Array.of(-0.1 * step, -1 / 3),
  clipped: Uint8Array.of(0, 1, step),
});

/** Events of the run, in order: a start, an SFT step, GRPO steps 1 to 4, the end. */
export const EVENTS: readonly (readonly [value: unknown, mark: string | null])[] = [
  [{ type: 'start', recipe: RECIPE }, null],
  [{ type: 'sft', step: 1, loss: 0.5 }, markOf('sft', 1)],
  ...[1, 2, 3, 4].map((step) => [eventAt(step), markOf('grpo', step)] as const),
  [{ type: 'end', summary: SUMMARY }, null],
];

/** Runs one step of the writing; a test may repeat it after a fault. */
export type Attempt = <T>(work: () => Promise<T>) => Promise<T>;
const once: Attempt = (work) => work();

/** Checkpoints after an event, by its number. */
const SAVES: Readonly<Record<number, readonly [stage: string, step: number, isStageEnd: boolean]>> = {
  1: ['sft', 1, true],
  3: ['grpo', 2, false],
  5: ['grpo', 4, true],
};

/** Writes the rest of the run, from the event that comes next. */
export async function continueSmallRun(run: RunFolder, attempt: Attempt = once): Promise<void> {
  for (let n = run.journal.events; n < EVENTS.length; n++) {
    const [value, mark] = EVENTS[n]!;
    run.journal.append(numbersToText(value), mark);
    await attempt(() => run.journal.flush());
    const [stage, step, isStageEnd] = SAVES[n] ?? [];
    if (stage === undefined) continue;
    const labels = { isStageEnd: isStageEnd!, accuracy: isStageEnd ? step! / 4 : null };
    await attempt(() => run.save(checkpointAt(stage, step!), labels));
  }
  await attempt(() => run.finish(SUMMARY));
}

export async function writeSmallRun(files: Files, attempt: Attempt = once): Promise<RunFolder> {
  const run = await attempt(() => RunFolder.create(files, RECIPE, META));
  await continueSmallRun(run, attempt);
  return run;
}

/** All numbers of a run as plain data, and the faults that reading them found. */
export async function readAll(files: Files): Promise<{
  readonly recipe: string;
  readonly meta: string;
  readonly summary: string;
  readonly events: readonly string[];
  readonly newest: { readonly name: string; readonly content: string } | null;
  readonly faults: readonly string[];
}> {
  const run = await RunFolder.open(files);
  const events: string[] = [];
  for await (const { text } of run.journal.read()) {
    numbersFromText(text);
    events.push(text);
  }
  const { checkpoint, info, faults } = await newestGood(files);
  const text = (value: unknown) => JSON.stringify(value) ?? '';
  return {
    recipe: text(run.recipe),
    meta: text(run.meta && { ...run.meta, bytes: 0 }),
    summary: text(run.summary),
    events,
    newest: checkpoint && { name: info!.name, content: contentText(checkpoint) },
    faults: [...new Set([...run.faults, ...faults].map(faultText))],
  };
}

/** Content of a checkpoint as text, each number to the bit. */
export function contentText({ model, optimizer, reference, ...rest }: StoredCheckpoint): string {
  const plain = (held: Tensors | null) => held && [...held].map(([name, tensor]) => [name, tensor]);
  return numbersToText({
    ...rest,
    model: plain(model),
    optimizer: optimizer && { steps: optimizer.steps, tensors: plain(optimizer.tensors) },
    reference: plain(reference),
  });
}
