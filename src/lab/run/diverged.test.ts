/** Runs whose numbers stop being finite: the place, the tensor, a lower rate, and good checkpoints. */
import { describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { initialTensors } from '../../model/parameters';
import { numbersFromText } from '../../runs/numbers';
import { NonFiniteError } from '../../train/nonFiniteError';
import { type Recipe, withFields } from '../recipe/recipe';
import { assertFiniteCheckpoint, type Checkpoint, checkpointName } from './checkpoint';
import { runWhole, SMALLEST, stored } from './continued.fixture';
import { assertFiniteEvent, DivergedError, divergedError, RUN_START } from './diverged';
import { EventReader } from './eventReader';
import { eventToLine, type LabEvent } from './events';
import { forkCheckpoint } from './fork';
import { type RunOptions, run } from './run';
import { Session } from './session';

const QUICK = withFields(SMALLEST, { 'evaluation.problems': 1, 'checkpoints.everySteps': 1 });

/** Recipe with a rate beyond its range. */
const withRate = (
  stage: 'sft' | 'grpo',
  learningRate: number,
  fields: Readonly<Record<string, unknown>> = {},
): Recipe => {
  const recipe = withFields(QUICK, { [`${stage}.warmup`]: 0, ...fields });
  return { ...recipe, [stage]: { ...recipe[stage], learningRate } };
};

/** Runs until the error. Each event must read back from the line that the journal stores. */
async function runToError(recipe: Recipe, options: RunOptions = {}) {
  const session = new Session(openCpuDevice(), recipe);
  const events: LabEvent[] = [];
  const taken: Checkpoint[] = [];
  const onCheckpoint = (checkpoint: Checkpoint) => void taken.push(stored({ ...checkpoint, recipe: QUICK }));
  let error: unknown = null;
  try {
    for await (const event of run(session, { onCheckpoint, ...options })) {
      expect(numbersFromText(eventToLine(event))).toMatchObject({ type: event.type });
      events.push(event);
    }
  } catch (caught) {
    error = caught;
  }
  const weights = await session.weights.read();
  session.destroy();
  for (const checkpoint of taken) assertFiniteCheckpoint(checkpoint);
  for (const { data } of weights.values()) expect(data.every(Number.isFinite)).toBe(true);
  return { error: error as Error, events, taken, names: taken.map(checkpointName) };
}

describe('a rate that is far too high', () => {
  it('ends SFT at its step, with the tensor and half the rate', async () => {
    const { error, events, names } = await runToError(withRate('sft', 1e25));
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.message).toMatch(
      /^SFT step 2: (loss|grad_norm) is (NaN|-?Infinity); the (first tensor that is not finite|largest gradient) is .*(model\.|lm_head).*; use sft\.learningRate=5e\+24 \(now 1e\+25\)$/,
    );
    expect((error as DivergedError).terminalMessage).toContain('; use --set sft.learningRate=5e+24 (now 1e+25)');
    expect(events.at(-1)).toMatchObject({ type: 'sft', step: 1 });
    expect(names).toEqual(['sft-1']);
  });

  it('ends GRPO, and a fork of the last checkpoint with a lower rate continues', async () => {
    const { error, taken } = await runToError(withRate('grpo', 1e25));
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.message).toMatch(/^GRPO step 2: .* is (NaN|-?Infinity); the .* is .*; use grpo\.learningRate=5e\+24/);
    const { checkpoint } = forkCheckpoint(taken.findLast(({ step }) => step === 0)!, QUICK);
    expect(checkpointName(checkpoint)).toBe('grpo-0');
    const { lines } = await runWhole(openCpuDevice, QUICK, { checkpoint });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'end' });
  });

  it('offers f32 too in f16', async () => {
    const recipe = withRate('sft', 1e5, { precision: 'f16', 'evaluation.base': false });
    const session = new Session(openCpuDevice({ f16: true }), recipe);
    const whole = async () => {
      for await (const _ of run(session));
    };
    await expect(whole()).rejects.toThrow(
      /; use precision=f32, or a lower rate; use sft\.learningRate=50000 \(now 100000\)/,
    );
    session.destroy();
  });
});

it('weights beyond f32 are named before any training, without a rate', async () => {
  const session = new Session(openCpuDevice(), QUICK);
  const weights = initialTensors(session.model.table, 0.1, 1);
  weights.get('model.layers.0.mlp.gate_up_proj.weight')!.data.fill(3e38);
  const { error, names } = await runToError(QUICK, { weights });
  expect(error.message).toMatch(
    /^evaluation: completion \d+, token \d+: the logit .* is NaN; the first tensor that is not finite is the activation of model\.layers\.0\.mlp\.gate_up_proj, with -?Infinity; check the initial weights$/,
  );
  expect(names).toEqual([]);
  session.destroy();
});

it('an error stays if the search for its tensor fails', async () => {
  const session = new Session(openCpuDevice(), QUICK);
  const read = vi.spyOn(session.weights, 'read').mockRejectedValue(new Error('the device was lost'));
  const error = await divergedError(new NonFiniteError('the logit is NaN', null, [1, 2]), RUN_START, session);
  expect(read).toHaveBeenCalled();
  expect(error.message).toBe('compilation: the logit is NaN; check the initial weights');
  session.destroy();
});

describe('events', () => {
  it.each(['NaN', 'Infinity', '-1 / 0', '1e308 * 10', "'x'"])(
    'of a custom term that gives %s stay finite',
    async (value) => {
      const fields = { 'reward.custom': 1, 'reward.customSource': `() => ${value}`, 'sft.steps': 0, 'grpo.steps': 1 };
      const { error, events } = await runToError(withFields(QUICK, fields));
      expect(error).toBeNull();
      const step = events.find((event) => event.type === 'grpo')!;
      expect(step.metrics['rewards/custom/failed']).toBe(1);
      expect(step.metrics.reward).toBeLessThan(Number.POSITIVE_INFINITY);
      const reader = new EventReader();
      for (const [i, event] of events.entries()) reader.read(eventToLine(event), `line ${i + 1}`);
    },
  );

  it('with a number that is not finite are refused by field; typed arrays may hold one', () => {
    const event = { type: 'evaluation', storage_logp_difference: { tokens: 1, mean: 0, max: Number.NaN } };
    expect(() => assertFiniteEvent(event as unknown as LabEvent)).toThrow('storage_logp_difference.max is NaN');
    const step = { type: 'grpo', metrics: { kl: Number.POSITIVE_INFINITY } };
    expect(() => assertFiniteEvent(step as unknown as LabEvent)).toThrow(/^kl is Infinity/);
    assertFiniteEvent({ type: 'grpo', ratios: Float32Array.of(Number.NaN) } as unknown as LabEvent);
  });
});
