/**
 * One decoding step of the same model: a row a live slot, its token in, the next token out, keys and values kept in the
 * cache. Every number that moves (tokens, positions, what is done) stays in buffers, so that one traced step is encoded any
 * number of times in a row; which slots are live is a buffer too, and only their number is told with each run.
 */
import type { Device, DeviceBuffer, Param } from '../gpu/device';
import { whole } from '../gpu/device';
import type { Graph, Tensor } from '../graph/graph';
import { headConstants } from '../graph/ops/attention';
import { addLinear, slotLinear } from '../graph/ops/linear';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import { attentionDecode } from '../kernels/attentionDecode';
import { embeddingDecode } from '../kernels/embeddingDecode';
import { rmsNorm } from '../kernels/rmsNorm';
import { sample } from '../kernels/sample';
import { swiglu } from '../kernels/swiglu';
import { type PhiConfig, rotaryDim } from './config';
import { cacheRows, cacheWidth, type DecodeCapacity, type DecodeState, promptRows } from './decodeState';
import type { Arena } from './parameters';
import { headsOf, lmHead, weightsOf } from './phi';

/** Numbers that each run of the plan gives. */
export interface DecodeDynamics {
  /** Live slots, those in the first places of the state's `live`. */
  readonly rows: number;
  readonly seed: number;
  readonly inverseTemperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxNew: number;
}

const dynamic = (name: keyof DecodeDynamics): Param => ({ dynamic: name });
const ROWS = dynamic('rows');

export async function makeDecodePlan(
  device: Device,
  config: PhiConfig,
  weights: Arena,
  state: DecodeState,
  capacity: DecodeCapacity,
  endToken: number,
): Promise<Plan> {
  const { graph } = await trace(device, (graph) => traceStep(graph, config, weights, state, capacity, endToken));
  return makePlan(device, graph);
}

/** R rows at most S; C, F, V as in phi.ts. */
function traceStep(
  graph: Graph,
  config: PhiConfig,
  weights: Arena,
  state: DecodeState,
  capacity: DecodeCapacity,
  endToken: number,
): void {
  const { slots: S, newTokens: M } = capacity;
  const { hidden_size: C, intermediate_size: F, vocab_size: V, num_hidden_layers: L, rms_norm_eps: eps } = config;
  const heads = headsOf(config);
  const outside = (label: string, shape: readonly number[], from: DeviceBuffer) =>
    graph.external(label, shape, whole(from));
  const live = outside('live slots', [S], state.live);
  const slots = outside('slots', [S, 4], state.slots);
  const prompts = outside('prompts of slots', [S, 2], state.prompts);
  const tokens = outside('next tokens', [S], state.tokens);
  const completions = outside('completions', [S, M], state.completions);
  const logprobs = outside('logprobs', [S, M], state.logprobs);
  const rotations = outside('rotations', state.rotationsShape, state.rotations);
  const w = weightsOf(graph, config, weights, null);
  const norm = (label: string, x: Tensor, weight: string) => {
    const y = graph.tensor(label, [S, C]);
    const rstd = graph.tensor(`${label} rstd`, [S]);
    graph.dispatch(label, rmsNorm, { x, weight: w(weight), y, rstd }, { rows: ROWS, width: C, eps });
    return y;
  };
  const linear = (label: string, outputs: number, x: Tensor, weight: string) => {
    const y = graph.tensor(label, [S, outputs]);
    slotLinear(graph, label, y, x, w(weight), 0, ROWS);
    return y;
  };

  const x = graph.tensor('residual stream', [S, C]);
  const table = w('model.embed_tokens.weight');
  graph.dispatch('embedding', embeddingDecode, { live, tokens, table, y: x }, { rows: ROWS, width: C });
  for (let l = 0; l < L; l++) {
    const layer = `model.layers.${l}`;
    const normed = norm(`${l} input norm`, x, `${layer}.input_layernorm.weight`);
    const width = (heads.heads + 2 * heads.kvHeads) * heads.headDim;
    const qkv = linear(`${l} qkv`, width, normed, `${layer}.self_attn.qkv_proj.weight`); // [R, (H + 2K)·D]
    const cache = outside(`cache ${l}`, [cacheRows(capacity), cacheWidth(config)], state.caches[l]!);
    const mixed = graph.tensor('attention', [S, heads.heads * heads.headDim]);
    graph.dispatch(
      `${l} attention`,
      attentionDecode,
      { live, slots, prompts, rotations, qkv, cache, out: mixed },
      {
        rows: ROWS,
        promptRows: promptRows(capacity),
        capacity: M,
        rotaryDim: rotaryDim(config),
        scale: heads.headDim ** -0.5,
      },
      headConstants(heads),
    );
    addLinear(graph, `${l} o`, x, mixed, w(`${layer}.self_attn.o_proj.weight`), ROWS);
    const thought = norm(`${l} mlp norm`, x, `${layer}.post_attention_layernorm.weight`);
    const gateUp = linear(`${l} gate up`, 2 * F, thought, `${layer}.mlp.gate_up_proj.weight`); // [R, 2F]
    const hidden = graph.tensor('swiglu', [S, F]);
    graph.dispatch(`${l} swiglu`, swiglu, { gateUp, y: hidden }, { rows: ROWS, width: F });
    addLinear(graph, `${l} down`, x, hidden, w(`${layer}.mlp.down_proj.weight`), ROWS);
  }
  const logits = linear('lm_head', V, norm('final norm', x, 'model.norm.weight'), lmHead(config)); // [R, V]
  graph.dispatch(
    'sample',
    sample,
    { live, logits, slots, tokens, completions, logprobs },
    {
      rows: ROWS,
      vocabulary: V,
      capacity: M,
      maxNew: dynamic('maxNew'),
      endToken,
      seed: dynamic('seed'),
      inverseTemperature: dynamic('inverseTemperature'),
      topK: dynamic('topK'),
      topP: dynamic('topP'),
      minP: dynamic('minP'),
    },
  );
}
