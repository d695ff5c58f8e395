/** Commands of the driver against a run that counts its pulls. A paused driver does not pull. */
import { describe, expect, it } from 'vitest';
import type { GrpoEvent, LabEvent, SftEvent } from '../lab/run/events';
import { Driver, transferables } from './drive';

const sftStep = (step: number): SftEvent => ({
  type: 'sft',
  step,
  loss: 1,
  grad_norm: 1,
  learning_rate: 1,
  num_tokens: 1,
  step_time: 0,
});

/** @param saves true for a run that takes checkpoints where the driver wants them */
function drive(steps: number, saves = false) {
  const state = { pulled: 0, returned: false, saved: [] as number[] };
  const driver = new Driver();
  driver.saves = saves;
  const sent: LabEvent[] = [];
  async function* events(): AsyncGenerator<LabEvent, void> {
    try {
      yield { type: 'stage', stage: 'sft' };
      for (let step = 1; step <= steps; step++) {
        state.pulled = step;
        yield sftStep(step);
        if (saves && (driver.wanted() || driver.stopped.aborted)) {
          state.saved.push(step);
          await driver.saved();
        }
        if (driver.stopped.aborted) return;
      }
    } finally {
      state.returned = true;
    }
  }
  const done = driver.run(events(), (batch) => sent.push(...batch));
  return { driver, done, state, sent };
}
const rest = () => new Promise((resolve) => setTimeout(resolve, 30));

it('sends every event, in order', async () => {
  const { done, sent } = drive(50);
  await done;
  expect(sent.slice(1).map((event) => event.type === 'sft' && event.step)).toEqual(
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

it('pulls nothing while paused, takes one step, and resumes', async () => {
  const { driver, done, state, sent } = drive(1e6);
  await rest();
  driver.pause();
  await rest();
  const at = state.pulled;
  expect(sent.length).toBe(at + 1); // the driver sends all events before it pauses
  await rest();
  expect(state.pulled).toBe(at);
  driver.step();
  await rest();
  expect(state.pulled).toBe(at + 1);
  expect(sent.length).toBe(at + 2);
  driver.resume();
  await rest();
  expect(state.pulled).toBeGreaterThan(at + 1);
  driver.stop();
  await done;
  expect(state.returned).toBe(true);
});

it('takes every step requested during a step', async () => {
  const { driver, done, state } = drive(1e6);
  await rest();
  driver.pause();
  await rest();
  const at = state.pulled;
  for (let i = 0; i < 3; i++) driver.step();
  await rest();
  expect(state.pulled).toBe(at + 3);
  driver.stop();
  await done;
});

it('stops from a pause', async () => {
  const { driver, done, state } = drive(1e6);
  await rest();
  driver.pause();
  await rest();
  driver.stop();
  await done;
  expect(state.returned).toBe(true);
});

describe('a run that saves', () => {
  it('pauses after a checkpoint and computes no further step', async () => {
    const { driver, done, state, sent } = drive(1e6, true);
    await rest();
    driver.pause();
    await rest();
    const at = state.pulled;
    expect([state.saved, sent.length]).toEqual([[at], at + 1]);
    driver.step();
    await rest();
    expect([state.pulled, state.saved]).toEqual([at + 1, [at]]);
    driver.checkpoint(); // a hidden page wants the single step saved
    await rest();
    expect([state.pulled, state.saved]).toEqual([at + 1, [at, at + 1]]);
    driver.stop();
    await done;
    expect(state.returned).toBe(true);
  });

  it('saves once where that is asked for, and goes on', async () => {
    const { driver, done, state } = drive(1e6, true);
    await rest();
    driver.checkpoint();
    await rest();
    expect(state.saved).toHaveLength(1);
    expect(state.pulled).toBeGreaterThan(state.saved[0]! + 1);
    driver.stop();
    await done;
    expect(state.saved.at(-1)).toBe(state.pulled);
  });

  it('fails in a pause if the device is lost', async () => {
    const { driver, done } = drive(1e6, true);
    driver.pause();
    await rest();
    driver.lose('the GPU device was lost');
    await expect(done).rejects.toThrow('the GPU device was lost');
  });
});

it('transfers each buffer of an event once', () => {
  const shared = new Float32Array(2);
  const rollout = { ids: Uint16Array.of(1), logprobs: shared, entropies: shared } as never;
  const event = { type: 'grpo', groups: [{ prompt: '', answer: '', rollouts: [rollout] }] } as unknown as GrpoEvent;
  expect(transferables([event, sftStep(1)])).toHaveLength(2);
});
