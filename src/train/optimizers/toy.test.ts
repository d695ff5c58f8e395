/** An optimizer from outside: SGD with momentum, defined in this file alone, trains a model as plain loops do. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import { defineKernel, linear, read, update } from '../../gpu/kernel';
import { loadWeights, openModel, withGradients } from '../../model/model';
import { initialTensors } from '../../model/parameters';
import { SupervisedTrainer } from '../supervised';
import { config, examples } from '../train.fixture';
import { flat } from '../workingWeights';
import { createOptimizer } from './create';
import type { OptimizerRecord } from './optimizer';
import { partOf, StateBuffer } from './part';

const kernel = defineKernel({
  name: 'sgd',
  wgsl: `
    struct Params { count: u32, lr: f32, momentum: f32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read> grads: array<f32>;
    @group(0) @binding(2) var<storage, read> clip: array<f32>;
    @group(0) @binding(3) var<storage, read_write> buf: array<f32>;
    @group(0) @binding(4) var<storage, read_write> p: array<f32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= params.count || clip[1] < 0.0) { return; }
      buf[id.x] = params.momentum * buf[id.x] + clip[1] * grads[id.x];
      p[id.x] -= params.lr * buf[id.x];
    }`,
  bindings: { grads: read(), clip: read(), buf: update(), p: update() },
  params: { count: 'u32', lr: 'f32', momentum: 'f32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ grads, clip, buf, p }, { count, lr, momentum }) {
    for (let i = 0; i < count && clip[1]! >= 0; i++) {
      buf[i] = momentum * buf[i]! + clip[1]! * grads[i]!;
      p[i] = p[i]! - lr * buf[i]!;
    }
  },
  tolerance: { value: 1e-6, reason: 'two products and their sums' },
  cases: [],
});

const fields = { momentum: z.number().min(0).lt(1).default(0.9).meta({ title: 'Momentum', description: 'Of SGD.' }) };

const sgd: OptimizerRecord<typeof fields> = {
  name: 'sgd',
  title: 'SGD',
  description: 'Moves against the mean of gradients.',
  options: z.strictObject(fields),
  create(device, arenas, common, { momentum }) {
    const part = partOf(device, arenas.weights.table);
    const state = new StateBuffer(device, part, 'momentum_buffer');
    return createOptimizer(device, arenas, common, [
      {
        state: [state],
        emit(graph, clip) {
          for (const piece of part.pieces)
            graph.dispatch(
              'SGD',
              kernel,
              {
                grads: flat(graph, arenas.gradients, piece),
                clip,
                buf: state.piece(graph, piece),
                p: flat(graph, arenas.weights, piece),
              },
              { count: piece.count, lr: { dynamic: 'lr' }, momentum },
            );
        },
        dynamics: (_step, lr) => ({ lr }),
      },
    ]);
  },
};

it.each(bothDevices)('trains, on %s', async (_, open) => {
  const device = await open();
  const model = withGradients(openModel(device, config));
  const { weights, gradients } = model;
  loadWeights(model, initialTensors(model.table, 0.3, 1));
  const common = { weightDecay: 0, decay: 'all', maxGradNorm: 1 } as const;
  const optimizer = await sgd.create(device, model, common, sgd.options.parse({}));
  const capacity = { tokens: 64, longest: 8 };
  const trainer = await SupervisedTrainer.create(model, optimizer, capacity);

  const expected = await weights.read();
  const buffers = new Map([...expected].map(([name, { data }]) => [name, new Float64Array(data.length)]));
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    const { loss, gradNorm } = await trainer.step(examples, 0.05);
    losses.push(loss);
    const scale = Math.min(1, 1 / gradNorm);
    for (const [name, { data }] of await gradients.read()) {
      const [p, buffer] = [expected.get(name)!.data, buffers.get(name)!];
      data.forEach((g, i) => {
        buffer[i] = 0.9 * buffer[i]! + scale * g;
        p[i] = p[i]! - 0.05 * buffer[i]!;
      });
    }
  }
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  for (const [name, { data }] of await weights.read())
    data.forEach((value, i) => expect(Math.abs(value - expected.get(name)!.data[i]!), name).toBeLessThan(1e-5));
  for (const thing of [trainer, optimizer, weights, gradients]) thing.destroy();
  device.destroy();
});
