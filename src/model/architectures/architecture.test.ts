/** Every architecture keeps the budgets of dispatches; a new one is a record alone: it trains, decodes, and both agree. */
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { muon } from '../../train/optimizers/muon';
import { Sampler } from '../../train/rollout';
import { sequenceLogits } from '../../train/scoring';
import { SupervisedTrainer } from '../../train/supervised';
import { openAdamW } from '../../train/train.fixture';
import { parseModelConfig } from '../config';
import { loadWeights, openModel, withGradients } from '../model';
import { initialTensors } from '../parameters';
import type { Architecture } from './architecture';
import { modelTypes } from './index';

const shape = {
  vocab_size: 29,
  hidden_size: 20,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  intermediate_size: 28,
  max_position_embeddings: 64,
};
const L = shape.num_hidden_layers;

/** Attention and MLP side by side, as in GPT-J: both read the residual stream before either adds to it. */
const parallel: Architecture = {
  modelType: 'parallel',
  className: 'ParallelForCausalLM',
  configSchema: {
    defaults: { rms_norm_eps: 1e-5, rope_theta: 100, tie_word_embeddings: true },
    fixed: { partial_rotary_factor: 0.5, sliding_window: null },
    nullable: [],
    refusals: () => [],
    exported: () => ({}),
  },
  parameters({ hidden_size: C, head_dim: D, num_attention_heads: H, num_key_value_heads: K, intermediate_size: F }) {
    const matrix = (name: string, rows: number, columns: number) => ({ name, shape: [rows, columns], initialScale: 1 });
    const norm = (name: string) => [{ name, shape: [C], initialScale: null }];
    return [
      norm('attn_norm'),
      norm('mlp_norm'),
      [matrix('attn.q', H * D, C), matrix('attn.kv', 2 * K * D, C)],
      [matrix('attn.out', C, H * D)],
      [matrix('mlp.gate', F, C), matrix('mlp.up', F, C)],
      [matrix('mlp.down', C, F)],
    ];
  },
  block(ops, x) {
    const qkv = ops.normLinear('qkv', x, 'attn_norm', ['attn.q', 'attn.kv']);
    const gateUp = ops.normLinear('gate up', x, 'mlp_norm', ['mlp.gate', 'mlp.up']);
    const afterAttention = ops.addLinear('o', x, ops.attention(qkv), 'attn.out');
    return ops.addSwigluLinear('down', afterAttention, gateUp, 'mlp.down');
  },
};

const sequence = { ids: [1, 7, 3, 22, 9, 4, 28], mask: [0, 0, 1, 1, 1, 1, 1] };

function openLoaded(architecture?: Architecture, model_type = architecture?.modelType) {
  const config = parseModelConfig({ ...shape, model_type }, 'the model', architecture);
  const model = openModel(openCpuDevice(), config, architecture && { architecture });
  loadWeights(model, initialTensors(model.table, 0.3, 1));
  return model;
}

async function openTrainer(architecture?: Architecture, type?: string) {
  const model = withGradients(openLoaded(architecture, type));
  const { device } = model;
  const optimizer = await openAdamW(device, model);
  const trainer = await SupervisedTrainer.create(model, optimizer, { tokens: 16, longest: 8 });
  const counted = async (work: () => Promise<unknown>) => {
    const before = device.counters.dispatches;
    await work();
    return device.counters.dispatches - before;
  };
  return { model, trainer, counted };
}

const requests = [[5], [1, 2, 4, 8, 16], [7, 7, 7]].map((prompt, i) => ({ prompt, sequence: i }));
const options = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNew: 9, seed: 3 };
const capacity = { slots: 3, promptTokens: 5, newTokens: 9 };

describe.each([...modelTypes.map((type) => [type, undefined] as const), ['parallel', parallel] as const])(
  'the architecture %s',
  (type, architecture) => {
    it('takes 23 dispatches a block to train and 5 to decode, as fused projections do', async () => {
      const { model, trainer, counted } = await openTrainer(architecture, type);
      expect(await counted(() => trainer.step([sequence], 0))).toBe(23 * L + 8 + 4);
      const sampler = await Sampler.create(model, capacity, []);
      const single = [{ prompt: [5], sequence: 0 }]; // nothing to prefill
      expect(await counted(() => sampler.generate(single, options))).toBe(9 * (5 * L + 3));
    });

    it('learns a sequence', async () => {
      const { trainer } = await openTrainer(architecture, type);
      const first = (await trainer.step([sequence], 0.01)).loss;
      for (let step = 0; step < 20; step++) await trainer.step([sequence], 0.01);
      expect((await trainer.step([sequence], 0)).loss).toBeLessThan(first / 4);
    });

    it('samples with the log-probabilities of the whole model, prompts computed ahead', async () => {
      const model = openLoaded(architecture, type);
      const sampler = await Sampler.create(model, capacity, []);
      const completions = await sampler.generate(requests, options);
      for (const [i, { ids, logprobs }] of completions.entries()) {
        const { prompt } = requests[i]!;
        const [rows] = await sequenceLogits(model, [[...prompt, ...ids]]);
        ids.forEach((id, t) => {
          const logits = [...rows![prompt.length - 1 + t]!];
          const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
          expect(Math.abs(logprobs[t]! - (logits[id]! - total))).toBeLessThan(1e-4);
        });
      }
    });
  },
);

it('decoding refuses a block that reads the residual stream after a sum: it adds in place', async () => {
  const model = openLoaded({
    ...parallel,
    block(ops, x) {
      const qkv = ops.normLinear('qkv', x, 'attn_norm', ['attn.q', 'attn.kv']);
      const sum = ops.addLinear('o', x, ops.attention(qkv), 'attn.out');
      const gateUp = ops.normLinear('gate up', x, 'mlp_norm', ['mlp.gate', 'mlp.up']);
      return ops.addSwigluLinear('down', sum, gateUp, 'mlp.down');
    },
  });
  await expect(Sampler.create(model, capacity, [])).rejects.toThrow('0 gate up reads the residual stream after a sum');
});

it('Muon names a matrix that no binding may start at', async () => {
  const { device, weights, gradients } = withGradients(openLoaded(undefined, 'llama'));
  const common = { weightDecay: 0, decay: 'matrices', maxGradNorm: 1 } as const;
  const created = muon.create(device, { weights, gradients }, common, muon.options.parse({}));
  await expect(created).rejects.toThrow(/model\.layers\.\d\.mlp\.up_proj\.weight starts at no multiple of 64/);
});

it('projections that do not lie side by side are no matrix', () => {
  const model = openLoaded(parallel);
  const names = ['attn.q', 'mlp.up'].map((name) => `model.layers.0.${name}.weight`);
  expect(() => model.weights.range(...names)).toThrow('model.layers.0.mlp.up.weight does not follow');
});
