/** Runs in f16: repeatable, close to f32, with measured cost; refused if the device has no f16. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roundToHalf } from '../../float16';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device, Dispatch } from '../../gpu/device';

import { openNodeDevice } from '../../gpu/node';
import { embedding } from '../../kernels/embedding';
import { storedAsF16 } from '../../kernels/f16Rewrite';
import { Arena, initialTensors } from '../../model/parameters';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import type { LabEvent } from './events';
import { assertSound, f16Costs } from './precision';
import { run } from './run';
import { Session } from './session';
import { runAll } from './tinyRun.fixture';

const TINY = withFields(recipeByName('parity-8-nano'), {
  kernels: 'fixed',
  'model.layers': 1,
  'model.width': 32,
  'sft.steps': 10,
  'sft.sequences': 4,
  'grpo.steps': 2,
  'grpo.prompts': 2,
  'grpo.groupSize': 4,
  'evaluation.problems': 8,
});
const HALF = withFields(TINY, { precision: 'f16' });

const losses = (events: readonly LabEvent[]) => events.flatMap((event) => (event.type === 'sft' ? [event.loss] : []));
const policies = (events: readonly LabEvent[]) =>
  events.flatMap((event) => (event.type === 'grpo' ? [event.metrics] : []));

describe('a run in f16', () => {
  /** The adapter if it has f16, else the CPU reference, which rounds at the same places. */
  let device: Device;
  let half: LabEvent[] = [];
  const open = async () => {
    const adapter = await openNodeDevice();
    if (adapter.f16) return adapter;
    adapter.destroy();
    return openCpuDevice({ f16: true });
  };
  beforeAll(async () => {
    device = await open();
    half = await runAll(device, HALF);
  });
  afterAll(() => device.destroy());

  it('repeats to the bit', async () => {
    const again = await runAll(device, HALF);
    expect(losses(again)).toEqual(losses(half));
    expect(policies(again)).toEqual(policies(half));
  });

  it('gives the same losses with recomputed blocks', async () => {
    expect(losses(await runAll(device, withFields(HALF, { 'memory.recompute': true })))).toEqual(losses(half));
  });

  it('accepts sizes that are no multiple of 4', async () => {
    const odd = { 'model.width': 20, 'model.heads': 5, 'model.kvHeads': 1, 'model.ffn': 9, 'model.tied': false };
    const events = await runAll(device, withFields(HALF, { ...odd, 'sft.steps': 3 }));
    expect(events.at(-1)?.type).toBe('end');
  });

  it('has losses close to those of f32, but not equal', async () => {
    const whole = losses(await runAll(device, TINY));
    expect(losses(half)).not.toEqual(whole);
    // f16 rounds by at most 5e-4. Tens of roundings on the way to a logit move a log-probability by about 1e-3. Ten steps
    // of AdamW increase that tenfold: its first steps depend only on the sign of the gradient.
    losses(half).forEach((loss, i) => expect(Math.abs(loss - whole[i]!), `step ${i + 1}`).toBeLessThan(0.02));
  });

  it('agrees between sampler and trainer within 1e-2', () => {
    // Both round at the same places, but sums in another order sometimes round the other way.
    for (const metrics of policies(half)) {
      expect(metrics['sampling/sampling_logp_difference/max']).toBeLessThan(1e-2);
      expect(metrics['sampling/sampling_logp_difference/mean']).toBeLessThan(1e-3);
    }
    expect(policies(half)[0]!.kl).toBeLessThan(1e-6); // the reference is a copy of the policy
  });

  it('reports its cost after each stage and in the summary', () => {
    const costs = half.flatMap((event) => (event.type === 'evaluation' ? [event.storage_logp_difference!] : []));
    expect(costs).toHaveLength(2);
    for (const { tokens, mean, max } of costs) {
      expect(tokens).toBeGreaterThan(8);
      expect(mean).toBeGreaterThan(0);
      expect(max).toBeGreaterThan(mean);
      expect(max).toBeLessThan(0.05);
    }
    const end = half.at(-1);
    expect(end?.type === 'end' && end.summary).toMatchObject({
      sft: { storage_logp_difference: costs[0] },
      grpo: { storage_logp_difference: costs[1] },
    });
    for (const event of half)
      if (event.type === 'evaluation') {
        expect(event.storage_gradient_difference!.relative).toBeGreaterThan(0);
        expect(event.storage_gradient_difference!.relative).toBeLessThan(0.1);
      }
  });

  it('compiles nothing between the first training step and the last', async () => {
    const fresh = await open();
    const session = new Session(fresh, withFields(HALF, { 'sft.steps': 2 }));
    let before: number | null = null;
    for await (const event of run(session)) if (event.type === 'sft') before ??= fresh.counters.pipelines;
    expect(fresh.counters.pipelines).toBe(before);
    session.destroy();
    fresh.destroy();
  });

  it('is refused with the kernel’s name if a kernel computes wrong', async () => {
    const kernel = storedAsF16(embedding, ['table', 'y']);
    const dispatch = (of: typeof kernel) => ({ kernel: of }) as Dispatch;
    await assertSound(device, [dispatch(kernel)]);
    const wrong = { ...kernel, name: 'wrong', wgsl: kernel.wgsl.replace('ids[n] *', '(ids[n] + 1u) *') };
    // the CPU reference has no shader to break: it gets other rows to look up
    const loops = openCpuDevice({
      f16: true,
      observe({ kernel: { name } }, _, { ids }) {
        if (name === 'wrong') ids![0] = (ids![0]! + 1) % 2;
        return () => {};
      },
    });
    await expect(assertSound(device.kind === 'cpu' ? loops : device, [dispatch(wrong)])).rejects.toThrow(
      /precision: .* computes wrong in f16 \(wrong: .*\): choose f32/,
    );
  });
});

it('is refused by a device without f16', () => {
  expect(() => new Session(openCpuDevice(), HALF)).toThrow(
    'precision: CPU reference has no f16 in buffers (the feature shader-f16): choose f32',
  );
});

it('measures its cost over the traces that fit, if SFT trains on shorter ones than the evaluated task has', async () => {
  const clusters = [{ task: 'parity', level: 4, problems: 0, epochs: 1 }];
  const shorter = { 'task.name': 'addition', 'task.level': 6, 'data.clusters': clusters, 'evaluation.problems': 12 };
  const costWith = async (shortShare: number) => {
    const session = new Session(openCpuDevice(), withFields(TINY, { ...shorter, 'sft.shortShare': shortShare }));
    session.load(initialTensors(session.model.table, 0.07, 1));
    const cost = (await f16Costs(session)).storage_logp_difference;
    session.destroy();
    return cost;
  };
  expect(await costWith(0.5)).toMatchObject({ tokens: expect.any(Number), max: 0 }); // the same weights twice
  expect(await costWith(0)).toBeUndefined(); // only long traces, and none fits
});

it('measures the cost in gradients: 0 for equal weights, and small for weights rounded to f16', async () => {
  const session = new Session(openCpuDevice(), TINY);
  const fresh = initialTensors(session.model.table, 0.3, 1);
  session.load(fresh);
  expect((await f16Costs(session)).storage_gradient_difference).toEqual({
    relative: 0,
    cosine: expect.closeTo(1, 12),
  });
  const rounded = new Arena(session.device, session.model.table, 'rounded');
  rounded.load(new Map([...fresh].map(([name, { shape, data }]) => [name, { shape, data: data.map(roundToHalf) }])));
  const changed = Object.assign(Object.create(session) as Session, { model: { ...session.model, working: rounded } });
  const cost = (await f16Costs(changed)).storage_gradient_difference;
  expect(cost!.relative).toBeGreaterThan(1e-5);
  expect(cost!.relative).toBeLessThan(1e-2);
  expect(cost!.cosine).toBeGreaterThan(0.999);
  expect(cost!.cosine).toBeLessThan(1);
  session.destroy();
});
