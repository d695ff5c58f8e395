/**
 * One decoding step of the same model: a row a live slot, its token in, the next token out, keys and values kept in the
 * cache. Every number that moves (tokens, positions, what is done) stays in buffers, so that one traced step is encoded any
 * number of times in a row; which slots are live is a buffer too, and only their number is told with each run.
 */
import type { Device, DeviceBuffer, Param } from '../gpu/device';
import { whole } from '../gpu/device';
import type { Dtype } from '../gpu/dtype';
import { type Graph, roundingOf, type Tensor } from '../graph/graph';
import { headConstants } from '../graph/ops/attention';
import { type DecodeInput, linearDecode } from '../graph/ops/linearDecode';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import { attentionDecode } from '../kernels/attentionDecode';
import { embeddingDecode } from '../kernels/embeddingDecode';
import { sample } from '../kernels/sample';
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
  endCount: number,
): Promise<Plan> {
  const { graph } = await trace(device, (graph) => traceStep(graph, config, weights, state, capacity, endCount));
  return makePlan(device, graph);
}

/** R rows at most S; C, F, V as in phi.ts. */
function traceStep(
  graph: Graph,
  config: PhiConfig,
  weights: Arena,
  state: DecodeState,
  capacity: DecodeCapacity,
  endCount: number,
): void {
  const { slots: S, newTokens: M } = capacity;
  const { hidden_size: C, intermediate_size: F, vocab_size: V, num_hidden_layers: L, rms_norm_eps: eps } = config;
  const heads = headsOf(config);
  const outside = (label: string, shape: readonly number[], from: DeviceBuffer, dtype?: Dtype) =>
    graph.external(label, shape, whole(from), dtype);
  const live = outside('live slots', [S], state.live);
  const slots = outside('slots', [S, 4], state.slots);
  const prompts = outside('prompts of slots', [S, 2], state.prompts);
  const tokens = outside('next tokens', [S], state.tokens);
  const completions = outside('completions', [S, M], state.completions);
  const logprobs = outside('logprobs', [S, M], state.logprobs);
  const ends = outside('end tokens', [Math.max(1, endCount)], state.ends);
  const rotations = outside('rotations', state.rotationsShape, state.rotations);
  const w = weightsOf(graph, weights, null);
  const stored = (label: string, shape: readonly number[]) => graph.tensor(label, shape, weights.dtype);
  const linear = (label: string, y: Tensor, x: Tensor, weight: string, input: DecodeInput, accumulate = false) =>
    linearDecode(graph, label, y, x, w(weight), input, ROWS, accumulate);
  const normed = (weight: string): DecodeInput => ({ kind: 'rmsNorm', weight: w(weight), eps });

  const x = stored('residual stream', [S, C]);
  const table = w('model.embed_tokens.weight');
  graph.dispatch('embedding', embeddingDecode, { live, tokens, table, y: x }, { rows: ROWS, width: C });
  for (let l = 0; l < L; l++) {
    const layer = `model.layers.${l}`;
    const qkv = stored('qkv', [S, (heads.heads + 2 * heads.kvHeads) * heads.headDim]);
    linear(`${l} qkv`, qkv, x, `${layer}.self_attn.qkv_proj.weight`, normed(`${layer}.input_layernorm.weight`));
    const cache = outside(`cache ${l}`, [cacheRows(capacity), cacheWidth(config)], state.caches[l]!, weights.dtype);
    const mixed = stored('attention', [S, heads.heads * heads.headDim]);
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
      { ...headConstants(heads), ...roundingOf(qkv) },
    );
    linear(`${l} o`, x, mixed, `${layer}.self_attn.o_proj.weight`, { kind: 'plain' }, true);
    const gateUp = stored('gate up', [S, 2 * F]);
    const thought = normed(`${layer}.post_attention_layernorm.weight`);
    linear(`${l} gate up`, gateUp, x, `${layer}.mlp.gate_up_proj.weight`, thought);
    linear(`${l} down`, x, gateUp, `${layer}.mlp.down_proj.weight`, { kind: 'swiglu' }, true);
  }
  const logits = graph.tensor('logits', [S, V]);
  linear('lm_head', logits, x, lmHead(config), normed('model.norm.weight'));
  graph.dispatch(
    'sample',
    sample,
    { live, logits, slots, tokens, completions, logprobs, ends },
    {
      rows: ROWS,
      vocabulary: V,
      capacity: M,
      maxNew: dynamic('maxNew'),
      endCount,
      seed: dynamic('seed'),
      inverseTemperature: dynamic('inverseTemperature'),
      topK: dynamic('topK'),
      topP: dynamic('topP'),
      minP: dynamic('minP'),
    },
  );
}
