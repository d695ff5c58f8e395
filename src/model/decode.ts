/**
 * One decoding step of the same model for S slots: a token a slot in, the next token a slot out, keys and values kept in a
 * cache. Every number that moves (tokens, positions, what is done) stays in buffers, so that one traced step is encoded any
 * number of times in a row.
 */
import type { Device, DeviceBuffer } from '../gpu/device';
import { whole } from '../gpu/device';
import { Graph } from '../graph/graph';
import { headConstants } from '../graph/ops/attention';
import { addLinear, slotLinear } from '../graph/ops/linear';
import { makePlan, type Plan } from '../graph/plan';
import { attentionDecode } from '../kernels/attentionDecode';
import { embedding } from '../kernels/embedding';
import { rmsNorm } from '../kernels/rmsNorm';
import { sample } from '../kernels/sample';
import { swiglu } from '../kernels/swiglu';
import { headDim, type PhiConfig, rotaryDim } from './config';
import type { Arena } from './parameters';
import { headsOf, lmHead, weightsOf } from './phi';
import { rotationsBuffer } from './rotations';

export interface DecodeCapacity {
  readonly slots: number;
  readonly promptTokens: number;
  readonly newTokens: number;
}

/** State of all slots on the device; layouts as in shaders/sample.wgsl. */
export interface DecodeState {
  readonly prompts: DeviceBuffer;
  readonly slots: DeviceBuffer;
  readonly tokens: DeviceBuffer;
  readonly positions: DeviceBuffer;
  readonly completions: DeviceBuffer;
  readonly logprobs: DeviceBuffer;
}

export interface DecodePlan {
  readonly plan: Plan;
  readonly state: DecodeState;
  destroy(): void;
}

/** Numbers that each run of the plan gives. */
export interface SamplingDynamics {
  readonly seed: number;
  readonly inverseTemperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxNew: number;
}

export async function makeDecodePlan(
  device: Device,
  config: PhiConfig,
  weights: Arena,
  capacity: DecodeCapacity,
  endToken: number,
): Promise<DecodePlan> {
  const { slots: S, promptTokens, newTokens } = capacity;
  const { hidden_size: C, intermediate_size: F, vocab_size: V, num_hidden_layers: L } = config;
  const heads = headsOf(config);
  const length = promptTokens + newTokens;
  const cacheRow = 2 * heads.kvHeads * heads.headDim;
  const graph = new Graph();
  const owned: DeviceBuffer[] = [];
  const buffer = (label: string, numbers: number) => {
    const made = device.createBuffer(label, Math.ceil(numbers / 4) * 16);
    owned.push(made);
    return made;
  };
  const state: DecodeState = {
    prompts: buffer('prompts', S * promptTokens),
    slots: buffer('slots', S * 4),
    tokens: buffer('next tokens', S),
    positions: buffer('next positions', S),
    completions: buffer('completions', S * newTokens),
    logprobs: buffer('logprobs', S * newTokens),
  };
  const outside = (label: string, shape: number[], from: DeviceBuffer) => graph.external(label, shape, whole(from));
  const prompts = outside('prompts', [S, promptTokens], state.prompts);
  const slots = outside('slots', [S, 4], state.slots);
  const tokens = outside('tokens', [S], state.tokens);
  const positions = outside('positions', [S], state.positions);
  const completions = outside('completions', [S, newTokens], state.completions);
  const logprobs = outside('logprobs', [S, newTokens], state.logprobs);
  const turns = rotationsBuffer(device, config, length);
  owned.push(turns);
  const rotations = outside('rotations', [length, rotaryDim(config) / 2, 2], turns);
  const w = weightsOf(graph, config, weights, null);
  const norm = (label: string, x: ReturnType<Graph['tensor']>, weight: string) => {
    const y = graph.tensor(label, [S, C]);
    const rstd = graph.tensor(`${label} rstd`, [S]);
    const params = { rows: S, width: C, eps: config.rms_norm_eps };
    graph.dispatch(label, rmsNorm, { x, weight: w(weight), y, rstd }, params);
    return y;
  };

  const x = graph.tensor('residual stream', [S, C]);
  graph.dispatch(
    'embedding',
    embedding,
    { ids: tokens, table: w('model.embed_tokens.weight'), y: x },
    { rows: S, width: C },
  );
  for (let l = 0; l < L; l++) {
    const layer = `model.layers.${l}`;
    const cache = outside(`cache ${l}`, [S, length, cacheRow], buffer(`cache ${l}`, S * length * cacheRow));
    const qkv = graph.tensor('qkv', [S, (heads.heads + 2 * heads.kvHeads) * headDim(config)]);
    slotLinear(
      graph,
      `${l} qkv`,
      qkv,
      norm(`${l} input norm`, x, `${layer}.input_layernorm.weight`),
      w(`${layer}.self_attn.qkv_proj.weight`),
    );
    const mixed = graph.tensor('attention', [S, heads.heads * heads.headDim]);
    graph.dispatch(
      `${l} attention`,
      attentionDecode,
      { positions, rotations, qkv, cache, out: mixed },
      { slots: S, capacity: length, rotaryDim: rotaryDim(config), scale: heads.headDim ** -0.5 },
      headConstants(heads),
    );
    addLinear(graph, `${l} o`, x, mixed, w(`${layer}.self_attn.o_proj.weight`));
    const gateUp = graph.tensor('gate up', [S, 2 * F]);
    slotLinear(
      graph,
      `${l} gate up`,
      gateUp,
      norm(`${l} mlp norm`, x, `${layer}.post_attention_layernorm.weight`),
      w(`${layer}.mlp.gate_up_proj.weight`),
    );
    const hidden = graph.tensor('swiglu', [S, F]);
    graph.dispatch(`${l} swiglu`, swiglu, { gateUp, y: hidden }, { rows: S, width: F });
    addLinear(graph, `${l} down`, x, hidden, w(`${layer}.mlp.down_proj.weight`));
  }
  const logits = graph.tensor('logits', [S, V]);
  slotLinear(graph, 'lm_head', logits, norm('final norm', x, 'model.norm.weight'), w(lmHead(config)));
  const dynamic = (name: keyof SamplingDynamics) => ({ dynamic: name });
  graph.dispatch(
    'sample',
    sample,
    { logits, prompts, slots, tokens, positions, completions, logprobs },
    {
      count: S,
      vocabulary: V,
      promptCapacity: promptTokens,
      completionCapacity: newTokens,
      maxNew: dynamic('maxNew'),
      endToken,
      seed: dynamic('seed'),
      inverseTemperature: dynamic('inverseTemperature'),
      topK: dynamic('topK'),
      topP: dynamic('topP'),
      minP: dynamic('minP'),
    },
  );
  const plan = await makePlan(device, graph);
  return {
    plan,
    state,
    destroy() {
      plan.destroy();
      for (const made of owned) made.destroy();
    },
  };
}
