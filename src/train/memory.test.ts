/** Memory and dispatches of training steps: chunked logits, recomputed blocks, constant buffers, padding. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../data/packing';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { openCountingDevice } from '../gpu/counting';
import type { Device } from '../gpu/device';
import { parseModelConfig } from '../model/config';
import { openModel as openWeights, withGradients } from '../model/model';
import { type ModelPreset, modelPresetNames, modelPresets } from '../model/presets';
import { random } from '../random';
import { SupervisedTrainer } from './supervised';
import { config, examples, openAdamW, openModel, policyExamples } from './train.fixture';

type Model = Awaited<ReturnType<typeof openModel>>;
const many = Array.from({ length: 40 }, (_, i) => examples[i % 2]!); // 120 rows
const steps = {
  supervised: ({ supervised }: Model) => supervised.step(many, 0),
  policy: ({ policy }: Model) => policy.step(policyExamples(null, many), 0, 1e-3),
};

/** Opens a model preset with its optimizer and a capacity of 2048 tokens. */
async function openPreset(device: Device, preset: ModelPreset, recompute: boolean) {
  const { layers, width, heads, kvHeads, ffn } = modelPresets[preset];
  const shape = parseModelConfig({
    vocab_size: 104,
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    intermediate_size: ffn,
    tie_word_embeddings: true,
  });
  const model = withGradients(openWeights(device, shape));
  const optimizer = await openAdamW(device, model);
  const capacity = { tokens: 2048, longest: 65, recompute };
  return { table: model.table, trainer: await SupervisedTrainer.create(model, optimizer, capacity) };
}
const sequences = Array.from({ length: 32 }, () => ({
  ids: new Array<number>(65).fill(0),
  mask: [0, ...new Array<number>(64).fill(1)],
}));

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it.each(['grpo', 'gspo'] as const)(
    'logits in chunks give the losses and gradients of logits in one, %s',
    async (lossType) => {
      const one = await openModel(device, { tokens: 192, lossType });
      const cut = {
        'chunks of 64, 56 and no rows': await openModel(device, { tokens: 192, lossType, logitsBytes: 1 }),
        'two passes of 64 and up to 36 rows': await openModel(device, { tokens: 100, lossType, logitsBytes: 1 }),
      };
      for (const step of Object.values(steps)) {
        const { loss } = await step(one);
        const wanted = await one.gradients.read();
        for (const [label, model] of Object.entries(cut)) {
          expect((await step(model)).loss, label).toBeCloseTo(loss, 6);
          const got = await model.gradients.read();
          // sums over rows have another order, so rounding differs
          for (const [name, { data }] of wanted)
            data.forEach((g, i) =>
              expect(Math.abs(got.get(name)!.data[i]! - g), `${label}: ${name}`).toBeLessThan(2e-6),
            );
        }
      }
    },
  );

  it('recomputed blocks give the same losses and gradients to the bit', async () => {
    const kept = await openModel(device);
    const again = await openModel(device, { recompute: true });
    for (const [name, step] of Object.entries(steps)) {
      expect((await step(again)).loss, name).toBe((await step(kept)).loss);
      const [wanted, got] = [await kept.gradients.read(), await again.gradients.read()];
      for (const [tensor, { data }] of wanted) expect(got.get(tensor)!.data, `${name} ${tensor}`).toEqual(data);
    }
    expect(again.supervised.memory.plan).toBeLessThan(kept.supervised.memory.plan);
    expect(again.policy.memory.plan).toBeLessThan(kept.policy.memory.plan);
  });

  it('split sums of weight gradients give the gradients of whole sums, repeatably, with one dispatch more', async () => {
    for (const [name, step] of Object.entries(steps)) {
      const [whole, split] = [
        await openModel(device, { tokens: 40 }),
        await openModel(device, { tokens: 40, planes: 3 }),
      ];
      const dispatches = async (model: Model) => {
        const before = device.counters.dispatches;
        await step(model);
        return device.counters.dispatches - before;
      };
      expect(await dispatches(split), name).toBe((await dispatches(whole)) + 1);
      const [wanted, got] = [await whole.gradients.read(), await split.gradients.read()];
      for (const [tensor, { data }] of wanted)
        data.forEach((g, i) => expect(Math.abs(got.get(tensor)!.data[i]! - g), `${name} ${tensor}`).toBeLessThan(2e-6));
      await step(split);
      expect(await split.gradients.read(), name).toEqual(got);
    }
  });

  it('dispatches within the budget per chunk, and 8 more per recomputed block', async () => {
    const L = config.num_hidden_layers;
    for (const [recompute, again] of [
      [false, 0],
      [true, 8 * L],
    ] as const) {
      const model = await openModel(device, { tokens: 120, logitsBytes: 1, recompute });
      const counted = async (step: (of: Model) => Promise<unknown>) => {
        const before = device.counters.dispatches;
        await step(model);
        return device.counters.dispatches - before;
      };
      const budget = 24 * L + 16 + 4 * 2;
      expect(23 * L + 8 + 4 * 2).toBeLessThanOrEqual(budget);
      expect(await counted(steps.supervised)).toBe(23 * L + 8 + 4 * 2 + again);
      // the reference's forward pass with its scores, the policy's scores, the loss
      expect(await counted(steps.policy)).toBe(23 * L + 8 + 4 * 2 + again + (9 * L + 2 + 2 * 2) + 2 * 2 + 1);
    }
  });

  it('nothing grows over many steps', async () => {
    const model = await openModel(device, { tokens: 120 });
    const both = async () => {
      for (const step of Object.values(steps)) await step(model);
    };
    for (let warm = 0; warm < 2; warm++) await both();
    const { buffers, bytesLive, bindGroups, pipelines } = device.counters;
    for (let i = 0; i < (device.kind === 'cpu' ? 10 : 250); i++) await both();
    expect(device.counters).toMatchObject({ buffers, bytesLive, bindGroups, pipelines });
  });
});

describe.each(modelPresetNames)('%s at 2048 tokens', (preset) => {
  const counting = () => openCountingDevice({ name: 'counting', maxBindingBytes: 2 ** 31 });

  it('takes at most 1.15 × (parameters, saved activations and one chunk of logits)', async () => {
    const device = counting();
    const { trainer, table } = await openPreset(device, preset, false);
    await trainer.step(sequences, 0);
    const { saved, logits } = trainer.memory;
    const ratio = device.counters.bytesPeak / (16 * table.count + saved + logits);
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThanOrEqual(1.15);
  });

  it('has fewer intermediates with recomputed blocks, and fewer still with more blocks', async () => {
    const kept = await openPreset(counting(), preset, false);
    const again = await openPreset(counting(), preset, true);
    const share = again.trainer.memory.plan / kept.trainer.memory.plan;
    expect(share).toBeLessThan(0.1 + 1.2 / modelPresets[preset].layers); // one block, and the inputs of all blocks
  });
});

it('wastes at most 1 row in 20: packed sequences need no padding, only tiles of 64 rows are ragged', () => {
  const stream = random(0, 'packing');
  const sequences = Array.from({ length: 64 }, () => new Array<number>(stream.integer(10, 40)).fill(1));
  const { tokens } = pack(sequences);
  expect(tokens).toBe(sequences.reduce((sum, ids) => sum + ids.length - 1, 0));
  expect(tokens / (64 * Math.ceil(tokens / 64))).toBeGreaterThanOrEqual(0.95);
});
