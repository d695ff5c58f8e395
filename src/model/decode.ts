/**
 * One decoding step: a row for each live slot, its token in, the next token out, keys and values kept in the cache. Every number
 * that moves (tokens, positions, ends) stays in buffers, so that one traced step is encoded any number of times in a row. The
 * list of live slots is a buffer too; each run gives only their number.
 */
import type { Param } from '../gpu/device';
import { whole } from '../gpu/device';
import { type Graph, roundingOf, type Tensor } from '../graph/graph';
import { headConstants } from '../graph/ops/attention';
import { type DecodeInput, linearDecode } from '../graph/ops/linearDecode';
import { makePlan, type Plan } from '../graph/plan';
import { trace } from '../graph/trace';
import { attentionDecode } from '../kernels/attentionDecode';
import { embeddingDecode } from '../kernels/embeddingDecode';
import { keepLogits } from '../kernels/keepLogits';
import { sample } from '../kernels/sample';
import type { BlockOps } from './architectures/architecture';
import { headsOf, rotaryDim } from './config';
import { type DecodeState, promptRows } from './decodeState';
import { type Weights, weightsOf } from './forward';
import type { Model } from './model';
import { blockParameter, EMBEDDING, FINAL_NORM, headParameter } from './parameters';

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

/** @param endCount tokens that end a completion */
export async function makeDecodePlan(model: Model, state: DecodeState, endCount: number): Promise<Plan> {
  const { graph } = await trace(model.device, (graph) => traceStep(graph, model, state, endCount));
  return makePlan(model.device, graph);
}

/** Tensors over the buffers of decoding, S slots of M new tokens. */
function stateTensors(graph: Graph, state: DecodeState, endCount: number) {
  const { slots: S, newTokens: M } = state.capacity;
  return {
    live: graph.external('live slots', [S], whole(state.live)),
    slots: graph.external('slots', [S, 4], whole(state.slots)),
    prompts: graph.external('prompts of slots', [S, 2], whole(state.prompts)),
    tokens: graph.external('next tokens', [S], whole(state.tokens)),
    completions: graph.external('completions', [S, M], whole(state.completions)),
    logprobs: graph.external('logprobs', [S, M], whole(state.logprobs)),
    ends: graph.external('end tokens', [Math.max(1, endCount)], whole(state.ends)),
    rotations: graph.external('rotations', state.rotationsShape, whole(state.rotations)),
  };
}
type StateTensors = ReturnType<typeof stateTensors>;

/** Operations of block l in the first rows of [S, C]: each linear layer takes what precedes it into its own dispatch. */
function decodeOps(
  graph: Graph,
  { config, working }: Model,
  w: Weights,
  l: number,
  state: DecodeState,
  { live, slots, prompts, rotations }: StateTensors,
): BlockOps {
  const S = state.capacity.slots;
  const heads = headsOf(config);
  const weight = (...names: readonly string[]) => w(...names.map((name) => blockParameter(l, name)));
  /** Residual streams that something was added to in place. */
  const overwritten = new WeakSet<Tensor>();
  const check = (label: string, x: Tensor) => {
    if (overwritten.has(x)) throw new Error(`${l} ${label} reads the residual stream after a sum was added to it`);
  };
  const add = (label: string, residual: Tensor, x: Tensor, projection: string, input: DecodeInput): Tensor => {
    check(label, residual);
    linearDecode(graph, `${l} ${label}`, residual, x, weight(projection), input, ROWS, true);
    overwritten.add(residual);
    return { ...residual };
  };
  return {
    normLinear(label, x, norm, projections) {
      check(label, x);
      const matrix = weight(...projections);
      const y = graph.tensor(label, [S, matrix.shape[0]!], working.dtype);
      const input: DecodeInput = { kind: 'rmsNorm', weight: weight(norm), eps: config.rms_norm_eps };
      linearDecode(graph, `${l} ${label}`, y, x, matrix, input, ROWS);
      return y;
    },
    attention(qkv) {
      const cache = graph.external(`cache ${l}`, state.cacheShape, whole(state.caches[l]!), working.dtype);
      const out = graph.tensor('attention', [S, heads.heads * heads.headDim], working.dtype);
      graph.dispatch(
        `${l} attention`,
        attentionDecode,
        { live, slots, prompts, rotations, qkv, cache, out },
        {
          rows: ROWS,
          promptRows: promptRows(state.capacity),
          capacity: state.capacity.newTokens,
          rotaryDim: rotaryDim(config),
          scale: heads.headDim ** -0.5,
        },
        { ...headConstants(heads), ...roundingOf(qkv) },
      );
      return out;
    },
    addLinear: (label, residual, x, projection) => add(label, residual, x, projection, { kind: 'plain' }),
    addSwigluLinear: (label, residual, gateUp, projection) =>
      add(label, residual, gateUp, projection, { kind: 'swiglu' }),
  };
}

function traceStep(graph: Graph, model: Model, state: DecodeState, endCount: number): void {
  const { architecture, config, working } = model;
  const { slots: S, newTokens: M } = state.capacity;
  const { hidden_size: C, vocab_size: V, num_hidden_layers: L, rms_norm_eps: eps } = config;
  const tensors = stateTensors(graph, state, endCount);
  const { live, slots, tokens, completions, logprobs, ends } = tensors;
  const w = weightsOf(graph, working, null);
  let x = graph.tensor('residual stream', [S, C], working.dtype);
  graph.dispatch('embedding', embeddingDecode, { live, tokens, table: w(EMBEDDING), y: x }, { rows: ROWS, width: C });
  for (let l = 0; l < L; l++) x = architecture.block(decodeOps(graph, model, w, l, state, tensors), x);
  const logits = graph.tensor('logits', [S, V]);
  const norm: DecodeInput = { kind: 'rmsNorm', weight: w(FINAL_NORM), eps };
  linearDecode(graph, 'lm_head', logits, x, w(headParameter(config)), norm, ROWS);
  if (state.kept) {
    const { keptSteps: K = 0 } = state.capacity;
    const kept = graph.external('kept logits', [S, K, V], whole(state.kept));
    graph.dispatch('keep logits', keepLogits, { live, slots, logits, kept }, { rows: ROWS, vocabulary: V, steps: K });
  }
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
