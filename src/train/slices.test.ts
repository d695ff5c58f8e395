/** Models larger than one binding: slices of arenas give the same results to the bit, and too large models are refused early. */
import { describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { SizeError } from '../gpu/checks';
import { openCountingDevice } from '../gpu/counting';
import { openCpuDevice } from '../gpu/cpu';
import { type Device, type DeviceBuffer, type Dispatch, whole } from '../gpu/device';
import { probeSample, probeSampleSchema } from '../lab/probe/sample';
import { probeStep, probeStepSchema } from '../lab/probe/step';
import { parseModelConfig } from '../model/config';
import { loadWeights, openModel, withGradients, withReference } from '../model/model';
import { Arena, arenaSlices, initialTensors, parameterTable } from '../model/parameters';
import { adamw } from './optimizers/adamw';
import { ReferenceSync } from './referenceSync';
import { sequenceLogits } from './scoring';
import { SupervisedTrainer } from './supervised';

const shape = {
  vocab_size: 64,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 64,
  tie_word_embeddings: true,
};
const config = parseModelConfig(shape);
const table = parameterTable(config);
const tensors = initialTensors(table, 0.3, 1);
/** Binding limit below a third of the arena; tensors and activations fit. */
const SMALL = 2 ** 15;

/** Trains three steps with a working copy and a synced reference. @returns all arenas and both moments */
async function train(device: Device) {
  const buffers = new Map<string, DeviceBuffer>();
  const watched: Device = {
    ...device,
    createBuffer(label, bytes) {
      const buffer = device.createBuffer(label, bytes);
      buffers.set(label, buffer);
      return buffer;
    },
  };
  const working = new Arena(watched, table, 'working weights');
  const model = { ...withReference(withGradients(openModel(watched, config))), working };
  const { weights, gradients, reference } = model;
  for (const arena of [weights, working, reference]) arena.load(tensors);
  const optimizer = await adamw.create(
    watched,
    { weights, gradients, working },
    { weightDecay: 0.1, decay: 'matrices', maxGradNorm: 0.5 },
    { beta1: 0.9, beta2: 0.95, eps: 1e-8 },
  );
  const capacity = { tokens: 32, longest: 16 };
  const trainer = await SupervisedTrainer.create(model, optimizer, capacity);
  const sync = await ReferenceSync.create(watched, model, { every: 2, alpha: 0.6 });
  const before = device.counters.dispatches;
  const results = [];
  for (let step = 1; step <= 3; step++) {
    const ids = Array.from({ length: 14 }, (_, i) => (i * i * step + 3) % 64);
    results.push(await trainer.step([{ ids, mask: ids.map((_, t) => Math.min(t, 1)) }], 1e-2));
    sync.stepEnded(step);
  }
  const dispatches = device.counters.dispatches - before;
  const labels = ['weights', 'working weights', 'reference', 'exp_avg', 'exp_avg_sq'];
  const contents = await device.read(labels.map((label) => whole(buffers.get(label)!)));
  return { results, dispatches, arenas: contents.map((bytes) => new Uint32Array(bytes)) };
}

describe.each(bothDevices)('on %s', (_, open) => {
  it('weights, moments, reference, losses and gradient norms equal those of one slice, to the bit', async () => {
    const device = { ...(await open()), tuningCache: null };
    const small = { ...device, maxBindingBytes: SMALL };
    expect(arenaSlices(table, device)).toEqual([{ first: 0, count: table.arenaSize }]);
    const slices = arenaSlices(table, small);
    expect(slices.length).toBeGreaterThanOrEqual(3);
    const [one, several] = [await train(device), await train(small)];
    expect(several.results).toEqual(one.results);
    expect(several.arenas).toEqual(one.arenas);
    // square sum, AdamW and working weights of three steps, and one sync
    expect(several.dispatches - one.dispatches).toBe((slices.length - 1) * (3 * 3 + 1));
    device.destroy();
  });
});

it('slices cover the arena in order, and every binding fits and is aligned', async () => {
  const slices = arenaSlices(table, { maxBindingBytes: SMALL });
  slices.reduce((end, { first, count }) => {
    expect(first).toBe(end);
    return first + count;
  }, 0);
  expect(slices.reduce((sum, { count }) => sum + count, 0)).toBe(table.arenaSize);
  const dispatches: Dispatch[] = [];
  await train(openCountingDevice({ name: 'small', maxBindingBytes: SMALL }, (made) => dispatches.push(...made)));
  const ranges = dispatches.flatMap(({ bindings }) => Object.values(bindings));
  expect(ranges.filter(({ offset }) => offset % 256 !== 0)).toEqual([]);
  expect(ranges.filter(({ bytes }) => bytes > SMALL)).toEqual([]);
  expect(ranges.filter(({ buffer, offset, bytes }) => offset + bytes > buffer.bytes)).toEqual([]);
});

describe('a model that does not fit is refused before it creates or computes anything:', () => {
  const large = parseModelConfig({ ...shape, vocab_size: 512 });
  const segments = [{ ids: [1, 2, 3], mask: [0, 1, 1] }];
  const optimizer = { lr: 1, betas: [0, 0], eps: 1, weight_decay: 0, decay: 'all', max_grad_norm: null };
  const step = (given: object = {}) =>
    probeStepSchema.parse({ segments, optimizer, steps: 1, want: ['loss'], ...given });
  const untouched = ({ counters }: Device) =>
    expect(counters).toMatchObject({ buffers: 0, dispatches: 0, bytesWritten: 0 });

  it('by the name of a tensor, in training and in sampling', async () => {
    const device = { ...openCpuDevice(), maxBindingBytes: SMALL };
    const embedding =
      /^model\.embed_tokens\.weight \[512, 32\] .*needs a buffer of 0\.1 MiB; CPU reference binds at most/;
    const weights = initialTensors(parameterTable(large), 0.3, 1);
    const training = probeStep(device, large, weights, step());
    await expect(training).rejects.toThrow(embedding);
    await expect(training).rejects.toThrow(SizeError);
    const sampling = probeSampleSchema.parse({ prompts: [[1, 2]], max_new: 4 });
    await expect(probeSample(device, large, weights, [0], sampling)).rejects.toThrow(embedding);
    untouched(device);
  });

  it('by activations of too long segments', async () => {
    const device = { ...openCpuDevice(), maxBindingBytes: SMALL };
    const ids = Array.from({ length: 80 }, (_, i) => i % 64);
    const long = [{ ids, mask: ids.map((_, t) => Math.min(t, 1)) }];
    await expect(probeStep(device, config, tensors, step({ segments: long }))).rejects.toThrow(
      /gate up \[80, 128\] .*needs a buffer of/,
    );
    untouched(device);
  });

  it('by an arena larger than the buffer limit', async () => {
    const device = { ...openCpuDevice(), maxBufferBytes: 2 ** 16 };
    await expect(probeStep(device, config, tensors, step())).rejects.toThrow(
      /^weights needs a buffer of 0\.1 MiB; a buffer of CPU reference has at most 0\.1 MiB/,
    );
    untouched(device);
  });

  it('at 135M parameters it fits bindings of 128 MiB, and 100 MiB are too small', async () => {
    const smol = parseModelConfig({
      vocab_size: 49152,
      hidden_size: 576,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      intermediate_size: 1536,
      tie_word_embeddings: true,
    });
    const at = (mib: number): Device => ({
      ...openCpuDevice(),
      maxBindingBytes: mib * 2 ** 20,
      createBuffer(label, bytes) {
        throw new Error(`it fits: ${label} [${bytes / 4}]`); // the first buffer
      },
    });
    await expect(probeStep(at(128), smol, new Map(), step())).rejects.toThrow('it fits: weights [134515008]');
    const small = at(100);
    await expect(probeStep(small, smol, new Map(), step())).rejects.toThrow(
      /^model\.embed_tokens\.weight \[49152, 576\] .*needs a buffer of 108 MiB; .* binds at most 100 MiB/,
    );
    untouched(small);
  });

  it('by gradients larger than a JSON file may be', async () => {
    const huge = parseModelConfig({ ...shape, vocab_size: 262144, hidden_size: 128, num_attention_heads: 8 });
    await expect(probeStep(openCpuDevice(), huge, new Map(), step({ want: ['grads'] }))).rejects.toThrow(
      /^want: grads are \d+ numbers; one JSON file takes at most 20000000: ask for loss or logits/,
    );
  });
});

it('logits larger than one binding are computed in chunks, with the same values', async () => {
  const device = openCpuDevice();
  const wide = parseModelConfig({ ...shape, vocab_size: 256 });
  const sequences = [150, 9].map((length) => Array.from({ length }, (_, i) => (i * 7) % 256));
  const model = openModel(device, wide);
  loadWeights(model, initialTensors(model.table, 0.3, 1));
  const logits = async (on: Device) => {
    const before = on.counters.dispatches;
    return {
      logits: await sequenceLogits({ ...model, device: on }, sequences),
      dispatches: on.counters.dispatches - before,
    };
  };
  const whole = await logits(device);
  // fits activations of 159 tokens, and 64 rows of logits at a time
  const chunked = await logits({ ...device, maxBindingBytes: 159 * 128 * 4 });
  expect(chunked).toEqual({ logits: whole.logits, dispatches: whole.dispatches + 2 });
});
