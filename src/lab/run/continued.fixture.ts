/** Runs that stop at checkpoints and continue, for tests that compare them with runs that never stopped. */
import { expect } from 'vitest';
import type { Device } from '../../gpu/device';
import type { Tensors } from '../../model/parameters';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import { type Checkpoint, checkpointName, parseCheckpoint } from './checkpoint';
import type { LabEvent } from './events';
import { type RunOptions, run } from './run';
import { Session } from './session';

/** Every stage with few steps, for the CPU device. */
export const SMALLEST = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 4, 'model.kvHeads': 2, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 4, 'sft.sequences': 6, 'sft.warmup': 2, 'grpo.steps': 3, 'grpo.prompts': 2, 'grpo.groupSize': 4 },
  ...{ 'evaluation.problems': 3, 'evaluation.base': true },
});

export interface Whole {
  /** Lines of the journal. */
  readonly lines: readonly string[];
  readonly weights: Tensors;
  /** Checkpoints with the number of lines before each. */
  readonly checkpoints: readonly { readonly checkpoint: Checkpoint; readonly lines: number }[];
}

const copyOf = (tensors: Tensors): Tensors =>
  new Map([...tensors].map(([name, { shape, data }]) => [name, { shape: [...shape], data: data.slice() }]));

/** The checkpoint as files give it back: JSON for the state and the recipe, copies of the tensors. */
export function stored({ stage, step, recipe, state, model, optimizer, reference }: Checkpoint): Checkpoint {
  const json = JSON.parse(JSON.stringify({ stage, step, recipe, state }));
  const tensors = {
    model: copyOf(model),
    optimizer: optimizer && { steps: optimizer.steps, tensors: copyOf(optimizer.tensors) },
    reference: reference && copyOf(reference),
  };
  return parseCheckpoint({ ...json, ...tensors }, `${stage}-${step}`);
}

interface HowToRun {
  readonly checkpoint?: Checkpoint | null;
  /** Checkpoints to keep, by name; a run that keeps some takes one after every step. */
  readonly keep?: (name: string) => boolean;
  readonly options?: RunOptions;
}

/** Runs to the end, from the start or from a checkpoint. */
export async function runWhole(
  open: () => Promise<Device> | Device,
  recipe: Recipe,
  { checkpoint = null, keep, options: others = {} }: HowToRun = {},
): Promise<Whole> {
  const device = await open();
  const session = new Session(device, recipe);
  const lines: string[] = [];
  const checkpoints: { checkpoint: Checkpoint; lines: number }[] = [];
  const onCheckpoint = keep
    ? (checkpoint: Checkpoint) => {
        if (keep(checkpointName(checkpoint))) checkpoints.push({ checkpoint: stored(checkpoint), lines: lines.length });
      }
    : null;
  const options = { checkpoint, onCheckpoint, wanted: () => keep !== undefined, ...others };
  for await (const event of run(session, options)) lines.push(lineOf(event));
  const weights = await session.weights.read();
  session.destroy();
  device.destroy();
  return { lines, weights, checkpoints };
}

/** Exact line of an event without the fields of the clock and of memory. */
function lineOf(event: LabEvent): string {
  const free = ['step_time', 'seconds', 'peak_bytes'];
  return JSON.stringify(event, (name, value: unknown) => {
    if (free.includes(name)) return 0;
    return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  });
}

/** Expects the same tensors, to the bit. */
export function expectSameTensors(got: Tensors, expected: Tensors): void {
  expect([...got.keys()]).toEqual([...expected.keys()]);
  for (const [name, { data }] of expected) {
    const bits = (of: Float32Array) => Buffer.from(of.buffer, of.byteOffset, of.byteLength);
    if (!bits(got.get(name)!.data).equals(bits(data))) expect.fail(`${name} differs`);
  }
}

/** First difference of two lines, with the text before it. */
export function differenceOf(got: string, expected: string): string {
  const at = [...expected].findIndex((char, i) => char !== got[i]);
  const around = (line: string) => line.slice(Math.max(0, at - 80), at + 20);
  return `${around(got)}, not ${around(expected)}`;
}

/** Continues from each checkpoint on a fresh device and session, and expects the events and weights of the whole run. */
export async function expectContinues(open: () => Promise<Device> | Device, recipe: Recipe, whole: Whole) {
  for (const { checkpoint, lines } of whole.checkpoints) {
    const rest = await runWhole(open, recipe, { checkpoint });
    const [resume, ...after] = rest.lines;
    const { stage, step } = checkpoint;
    expect(JSON.parse(resume!)).toMatchObject({ type: 'resume', stage, step });
    const joined = [...whole.lines.slice(0, lines), ...after];
    expect(joined.length, checkpointName(checkpoint)).toBe(whole.lines.length);
    const at = whole.lines.findIndex((line, i) => line !== joined[i]);
    if (at >= 0)
      expect.fail(`${checkpointName(checkpoint)}: event ${at} differs: ${differenceOf(joined[at]!, whole.lines[at]!)}`);
    expectSameTensors(rest.weights, whole.weights);
  }
}
