/** Rules that every optimizer of the lab keeps: state, clipping, slices, gradient planes, working copies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roundToHalf } from '../../float16';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import { openCpuDevice } from '../../gpu/cpu';
import { type Device, whole } from '../../gpu/device';

import { Arena, arenaSlices, initialTensors, parameterTable } from '../../model/parameters';
import { random } from '../../random';
import { config, table } from '../train.fixture';
import { createFrom, type OptimizerName, optimizerNames, optimizers } from './index';
import type { CommonOptions } from './optimizer';

const common: CommonOptions = { weightDecay: 0.1, decay: 'matrices', maxGradNorm: null };
const settings = { adamw: optimizers.adamw.options.parse({}), muon: optimizers.muon.options.parse({}) };

interface Given extends Partial<CommonOptions> {
  readonly planes?: number;
  readonly working?: (device: Device) => Arena;
}

/** The optimizer on a fresh model, and a step with gradients from a seed. */
async function open(device: Device, name: OptimizerName, { planes = 1, working, ...given }: Given = {}) {
  const arenas = {
    weights: new Arena(device, table, 'weights'),
    gradients: new Arena(device, table, 'gradients', planes),
    ...(working && { working: working(device) }),
  };
  arenas.weights.load(initialTensors(table, 0.3, 1));
  const optimizer = await createFrom(device, arenas, { ...common, ...given }, name, settings);
  const step = (seed: number, scale = 1) => {
    const stream = random(seed, 'gradients');
    const all = new Float32Array(table.arenaSize);
    for (const { offset, size } of table.specs)
      for (let i = offset; i < offset + size; i++) all[i] = scale * Math.fround(stream.normal());
    device.write(arenas.gradients.buffer, all);
    device.submit(optimizer.step(0.01));
  };
  return { ...arenas, optimizer, step };
}

const bitsOf = async (device: Device, { buffer }: Arena) =>
  new Uint32Array((await device.read([whole(buffer)]))[0] as ArrayBuffer);

describe.each(bothDevices)('on %s', (_, openDevice) => {
  let device: Device;
  beforeAll(async () => {
    device = { ...(await openDevice()), tuningCache: null };
  });
  afterAll(() => device.destroy());

  describe.each(optimizerNames)('%s', (name) => {
    it('continues from a saved state to the bit', async () => {
      const first = await open(device, name);
      for (const seed of [1, 2, 3]) first.step(seed);
      const [state, weights] = [await first.optimizer.state(), await first.weights.read()];
      expect(state.steps).toBe(3);
      const second = await open(device, name);
      second.weights.load(weights);
      second.optimizer.load(state);
      expect(await second.optimizer.state()).toEqual(state);
      for (const { step } of [first, second]) step(4);
      expect(await bitsOf(device, second.weights)).toEqual(await bitsOf(device, first.weights));
      expect(await second.optimizer.state()).toEqual(await first.optimizer.state());
    });

    it('clips by the norm of the whole gradient', async () => {
      const clipped = await open(device, name, { maxGradNorm: 0.5 });
      clipped.step(1);
      const [clip] = await device.read([whole(clipped.optimizer.clip)]);
      const [norm, factor] = new Float32Array(clip as ArrayBuffer) as unknown as [number, number];
      expect(norm).toBeGreaterThan(10);
      expect(factor).toBeCloseTo(0.5 / norm, 6);
      const scaled = await open(device, name);
      scaled.step(1, factor);
      const [got, want] = [await clipped.optimizer.state(), await scaled.optimizer.state()];
      for (const [tensor, { data }] of want.tensors)
        data.forEach((value, i) => expect(Math.abs(got.tensors.get(tensor)!.data[i]! - value)).toBeLessThan(1e-6));
    });

    it('computes the same to the bit in slices that one binding takes', async () => {
      const small = { ...device, maxBindingBytes: 2 ** 14 };
      expect(arenaSlices(table, small).length).toBeGreaterThan(1);
      const [one, several] = [await open(device, name), await open(small, name)];
      for (const { step } of [one, several]) for (const seed of [1, 2]) step(seed);
      expect(await bitsOf(device, several.weights)).toEqual(await bitsOf(device, one.weights));
      expect(await several.optimizer.state()).toEqual(await one.optimizer.state());
    });

    it('adds up gradient planes first', async () => {
      const [one, several] = [await open(device, name), await open(device, name, { planes: 3 })];
      for (const { step } of [one, several]) step(1); // the other two planes hold 0
      expect(await bitsOf(device, several.weights)).toEqual(await bitsOf(device, one.weights));
    });

    it('counts the bytes of its state', async () => {
      const { optimizer } = await open(device, name);
      const { tensors } = await optimizer.state();
      const numbers = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
      expect(optimizer.stateBytes).toBeGreaterThanOrEqual(4 * numbers);
      expect(optimizer.stateBytes).toBeLessThan(4 * numbers + 64 * 4 * tensors.size + 16);
    });

    it('refuses a state that is not its own, and keeps what it has', async () => {
      const { optimizer, step } = await open(device, name);
      step(1);
      const state = await optimizer.state();
      const without = new Map([...state.tensors].slice(1));
      const [first, tensor] = [...state.tensors][0]!;
      const help = 'load the state of the same optimizer and model';
      const load = (tensors: typeof state.tensors, steps = 7) => optimizer.load({ steps, tensors });
      expect(() => load(without)).toThrow(`optimizer state: ${first} is missing; ${help}`);
      expect(() => load(new Map([...state.tensors, ['other', tensor]]))).toThrow(/other is unknown/);
      const misshapen = { shape: [1], data: new Float32Array(1) };
      expect(() => load(new Map([...state.tensors, [first, misshapen]]))).toThrow(/has shape \[1\], expected/);
      expect(() => load(state.tensors, -1)).toThrow(/has taken -1 steps/);
      expect(await optimizer.state()).toEqual(state);
    });
  });
});

it.each(optimizerNames)('%s renews a working copy in f16', async (name) => {
  const device = openCpuDevice({ f16: true });
  const half = parameterTable(config, 'f16');
  const weights = new Arena(device, half, 'weights');
  const arenas = {
    weights,
    gradients: new Arena(device, half, 'gradients'),
    working: new Arena(device, half, 'working weights', 1, 'f16'),
  };
  weights.load(initialTensors(table, 0.3, 1));
  const optimizer = await createFrom(device, arenas, common, name, settings);
  device.submit(optimizer.step(0.01));
  const working = await arenas.working.read();
  for (const [tensor, { data }] of await weights.read())
    expect(working.get(tensor)!.data, tensor).toEqual(data.map(roundToHalf));
});

it('Muon holds one moment of the hidden matrices, two of all else', async () => {
  const device = openCpuDevice();
  const { optimizer } = await open(device, 'muon');
  const names = [...(await optimizer.state()).tensors.keys()];
  expect(names.filter((name) => name.endsWith('.momentum_buffer'))).toHaveLength(2 * 4);
  expect(names.filter((name) => name.endsWith('.exp_avg_sq'))).toHaveLength(table.specs.length - 2 * 4);
  expect(names).toContain('model.embed_tokens.weight.exp_avg');
  const { optimizer: adamw } = await open(device, 'adamw');
  expect(optimizer.stateBytes).toBeLessThan(0.7 * adamw.stateBytes);
});
