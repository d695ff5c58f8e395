/** Muon against torch.optim.Muon in double precision (goldens/make_muon_goldens.py), and the cost of its steps. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../formats/safetensors';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import type { Device } from '../../gpu/device';
import { probeStep, probeStepSchema } from '../../lab/probe/step';
import { parseModelConfig } from '../../model/config';
import { Arena, type ParameterTable } from '../../model/parameters';
import { openModel } from '../train.fixture';
import { muon } from './muon';

const SRC = path.resolve(import.meta.dirname, '../..');

interface MatrixGolden {
  readonly shape: [number, number];
  readonly options: object;
  readonly weight_decay: number;
  readonly lr: number;
  readonly param: number[];
  readonly steps: { readonly grad: number[]; readonly param: number[]; readonly momentum: number[] }[];
}
const goldens = JSON.parse(readFileSync(path.join(SRC, 'train/goldens/muon.json'), 'utf8')) as {
  readonly matrices: MatrixGolden[];
  readonly model: {
    readonly model: string;
    readonly input: unknown;
    readonly expected: { readonly loss: number[]; readonly params: Record<string, number[]> };
  };
};

const largestDifference = (got: ArrayLike<number>, want: readonly number[]) => {
  expect(got.length).toBe(want.length);
  return want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0);
};

/** A model of one hidden matrix. */
function tableOf(shape: readonly [number, number]): ParameterTable {
  const size = shape[0] * shape[1];
  const specs = [{ name: 'w', shape, offset: 0, size, initialScale: 1 }];
  return { specs, arenaSize: Math.ceil(size / 64) * 64, count: size, alignment: 64 };
}

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = { ...(await open()), tuningCache: null };
  });
  afterAll(() => device.destroy());

  it.each(goldens.matrices)('four steps of a matrix [$shape] with $options', async (golden) => {
    const table = tableOf(golden.shape);
    const [weights, gradients] = [new Arena(device, table, 'weights'), new Arena(device, table, 'gradients')];
    const tensors = (data: readonly number[]) =>
      new Map([['w', { shape: golden.shape, data: Float32Array.from(data) }]]);
    weights.load(tensors(golden.param));
    const common = { weightDecay: golden.weight_decay, decay: 'matrices', maxGradNorm: null } as const;
    const optimizer = await muon.create(device, { weights, gradients }, common, muon.options.parse(golden.options));
    for (const { grad, param, momentum } of golden.steps) {
      gradients.load(tensors(grad));
      device.submit(optimizer.step(golden.lr));
      const state = await optimizer.state();
      const scale = momentum.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largestDifference(state.tensors.get('w.momentum_buffer')!.data, momentum) / scale).toBeLessThan(1e-5);
      expect(largestDifference((await weights.read()).get('w')!.data, param)).toBeLessThan(1e-5);
    }
    for (const thing of [optimizer, weights, gradients]) thing.destroy();
  });

  it('three steps of a model, AdamW for embeddings, lm_head and norms', async () => {
    const { model, input, expected } = goldens.model;
    const folder = path.join(SRC, 'model/goldens', model);
    const config = parseModelConfig(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')));
    const tensors = readSafetensors(readFileSync(path.join(folder, 'model.safetensors')));
    const got = await probeStep(device, config, tensors, probeStepSchema.parse(input));
    expect(largestDifference(got.loss!, expected.loss)).toBeLessThan(1e-5);
    expect(Object.keys(got.params!).sort()).toEqual(Object.keys(expected.params).sort());
    for (const [name, data] of Object.entries(expected.params))
      expect(largestDifference(got.params![name]!.data, data), name).toBeLessThan(1e-4);
  });

  it('dispatches 25 for each hidden matrix, and makes no buffer after the first step', async () => {
    const { weights, gradients } = await openModel(device);
    const common = { weightDecay: 0, decay: 'matrices', maxGradNorm: 1 } as const;
    const optimizer = await muon.create(device, { weights, gradients }, common, muon.options.parse({}));
    device.submit(optimizer.step(0.01));
    await device.idle();
    const { dispatches, readbacks, buffers, bindGroups, pipelines } = device.counters;
    device.submit(optimizer.step(0.01));
    const matrices = 2 * 4;
    expect(device.counters).toMatchObject({ readbacks, buffers, bindGroups, pipelines });
    // square sum, clip and AdamW for all else
    expect(device.counters.dispatches - dispatches).toBe(25 * matrices + 3);
  });
});
