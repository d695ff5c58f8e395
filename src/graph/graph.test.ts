/** The engine: liveness, gradients by finite differences, and the counters of a steady step. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { type Device, whole } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { initialTensors, type Tensors } from '../model/parameters';
import { config, examples, openModel, policyExamples, table } from '../train/train.fixture';
import { Graph, type Tensor } from './graph';
import { linear } from './ops/linear';
import { assignSlots, lifetimes, makePlan } from './plan';

describe('a plan', () => {
  it('gives no two tensors that are alive together the same memory', () => {
    const device = openCpuDevice();
    const graph = new Graph();
    const external = (label: string, shape: number[]) =>
      graph.external(label, shape, whole(device.createBuffer(label, shape.reduce((a, b) => a * b) * 4)));
    let x: Tensor = external('x', [8, 16]);
    for (let l = 0; l < 6; l++) x = linear(graph, `layer ${l}`, x, external(`w${l}`, [16, 16]), l > 0 ? x : null);
    const spans = lifetimes(graph);
    const { slotOf, sizes } = assignSlots(spans);
    expect(sizes.length).toBe(2);
    for (const a of spans)
      for (const b of spans)
        if (a !== b && slotOf.get(a.storage) === slotOf.get(b.storage))
          expect(a.last < b.first || b.last < a.first).toBe(true);
  });

  it('refuses to read and write one memory through two bindings', async () => {
    const device = openCpuDevice();
    const graph = new Graph();
    const x = graph.external('x', [4, 4], whole(device.createBuffer('x', 64)));
    linear(graph, 'square', x, x);
    await expect(makePlan(device, graph)).resolves.toBeDefined(); // two reads are fine
    const { kernel, params, constants } = graph.nodes[0]!;
    graph.dispatch('in place', kernel, { a: x, b: x, addend: x, c: x }, params, constants);
    await expect(makePlan(device, graph)).rejects.toThrow('in place: c and a are the same memory');
  });

  it('says which number a run leaves out', async () => {
    const device = openCpuDevice();
    const { supervised } = await openModel(device);
    const { sequence } = (supervised as unknown as { plan: { sequence: never } }).plan;
    expect(() => device.submit([{ sequence }])).toThrow('this run gives no value for "tokens"');
  });
});

describe('gradients by finite differences on the CPU device', () => {
  /** Central difference of the loss along the gradient's own direction, which no error in it leaves unchanged. */
  async function checkDirection(step: (weights: Tensors) => Promise<{ loss: number; gradients: Tensors }>) {
    const start = initialTensors(table, 0.3, 1);
    const { gradients } = await step(start);
    for (const { name } of table.specs) {
      const g = gradients.get(name)!.data;
      const norm = Math.sqrt(g.reduce((sum, v) => sum + v * v, 0));
      const h = 2e-3;
      const moved = async (sign: number) => {
        const data = start.get(name)!.data.map((v, i) => v + (sign * h * g[i]!) / norm);
        return (await step(new Map([...start, [name, { ...start.get(name)!, data }]]))).loss;
      };
      const difference = ((await moved(1)) - (await moved(-1))) / (2 * h);
      // f32 storage of the loss limits the difference quotient to about 1e-7 / h
      expect(Math.abs(difference - norm) / (norm + 0.01), name).toBeLessThan(5e-3);
    }
  }

  it('of the cross-entropy', async () => {
    const { weights, gradients, supervised } = await openModel(openCpuDevice());
    await checkDirection(async (tensors) => {
      weights.load(tensors);
      const { loss } = await supervised.step(examples, 0);
      return { loss, gradients: await gradients.read() };
    });
  });

  it('of the policy loss with KL, entropy and clipping', async () => {
    const { weights, gradients, policy } = await openModel(openCpuDevice());
    weights.load(initialTensors(table, 0.3, 1));
    const { stats } = await policy.step(policyExamples(null), 0, 0.02 / 4);
    const old = stats[0]!.logprobs.map((lp, t) => lp + [0.05, -0.1, 0.4][t]!);
    await checkDirection(async (tensors) => {
      weights.load(tensors);
      const { loss } = await policy.step(policyExamples(old), 0, 0.02 / 4);
      return { loss, gradients: await gradients.read() };
    });
  });
});

describe('on Dawn', () => {
  let device: Device;
  beforeAll(async () => {
    device = await openNodeDevice();
  });
  afterAll(() => device.destroy());

  it('a steady step creates no buffer, no bind group and no pipeline, and submits once', async () => {
    const { supervised, policy } = await openModel(device);
    const steps = {
      supervised: () => supervised.step(examples, 1e-3),
      policy: () => policy.step(policyExamples(null), 1e-3, 0),
    };
    for (const [name, step] of Object.entries(steps)) {
      for (let warm = 0; warm < 2; warm++) await step();
      const before = { ...device.counters };
      await step();
      const after = device.counters;
      const made = (counter: keyof typeof before) => after[counter] - before[counter];
      expect([name, made('buffers'), made('bindGroups'), made('pipelines')]).toEqual([name, 0, 0, 0]);
      // one submit holds the step and the copy that its asynchronous readback maps
      expect([name, made('submits'), made('readbacks')]).toEqual([name, 1, 1]);
      // forward 9·L + 2, backward 14·L + 3, AdamW 3, and 4 a chunk of logits; the policy step adds the reference's forward
      // and the scores of both
      const L = config.num_hidden_layers;
      expect(made('dispatches')).toBe(23 * L + 8 + 4 + (name === 'policy' ? 9 * L + 6 : 0));
    }
  });

  it('several passes add up to the gradients of one', async () => {
    const one = await openModel(device, { tokens: 64 });
    const several = await openModel(device, { tokens: 8 }); // 4 + 2 rows, then 4 more in a second pass
    const batch = [...examples, { ids: [4, 4, 6, 11, 2], mask: [0, 1, 0, 1, 1] }];
    const a = await one.supervised.step(batch, 0);
    const b = await several.supervised.step(batch, 0);
    expect(b.loss).toBeCloseTo(a.loss, 5);
    const [wanted, got] = [await one.gradients.read(), await several.gradients.read()];
    for (const [name, { data }] of wanted)
      data.forEach((g, i) => expect(Math.abs(got.get(name)!.data[i]! - g), name).toBeLessThan(1e-5));
  });

  it('steps agree with the CPU device', async () => {
    const [dawn, cpu] = [await openModel(device), await openModel(openCpuDevice())];
    for (const { supervised, policy } of [dawn, cpu]) {
      await supervised.step(examples, 1e-2);
      await policy.step(policyExamples(null), 1e-2, 0.01);
    }
    const [a, b] = [await dawn.weights.read(), await cpu.weights.read()];
    // Adam's first steps have the size of the rate even for tiny gradients: rounding near 0 shows
    for (const [name, { data }] of a)
      data.forEach((w, i) => expect(Math.abs(b.get(name)!.data[i]! - w), name).toBeLessThan(5e-4));
  });

  it('the first update on a batch has ratio exactly 1, the second has not', async () => {
    const { policy } = await openModel(device);
    const first = await policy.step(policyExamples(null), 1e-2, 0);
    expect(first.stats.flatMap(({ ratios }) => [...ratios])).toEqual([1, 1, 1, 1]);
    const again = await policy.step(policyExamples(first.stats[0]!.logprobs), 1e-2, 0);
    expect([...again.stats[0]!.ratios].every((ratio) => ratio !== 1)).toBe(true);
  });

  it('names line and source of a shader that does not compile', async () => {
    const broken = {
      name: 'broken',
      wgsl: 'struct Params { n: u32 }\n@group(0) @binding(0) var<uniform> params: Params;\n@compute @workgroup_size(1) fn main() { let x: f32 = 1u; }',
      bindings: {},
      params: { n: 'u32' as const },
      constants: {},
      workgroups: () => [1, 1, 1] as const,
      reference() {},
      tolerance: { value: 0, reason: '' },
      cases: [],
    };
    const dispatch = { label: 'broken', kernel: broken, constants: {}, bindings: {}, params: { n: 1 } };
    await expect(device.prepare([dispatch])).rejects.toThrow(/broken\.wgsl:3:\d+ .*\n.*let x: f32 = 1u/);
  });
});
