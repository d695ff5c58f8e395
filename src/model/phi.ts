/**
 * The model, as Hugging Face's `Phi3ForCausalLM` computes it, over packed tokens:
 * pre-norm blocks x ← x + attention(norm(x)), x ← x + mlp(norm(x)), then norm and lm_head. No biases, no dropout.
 * It ends before lm_head: logits are made a chunk of rows at a time, with what is wanted of them (graph/ops/head.ts).
 * Sizes: N tokens, C width, H query heads, K key/value heads, D head width, F feed-forward width, V vocabulary.
 */
import type { Graph, Tensor } from '../graph/graph';
import { attention, type Heads, rope, type Segments } from '../graph/ops/attention';
import { embedding, type TokenIds } from '../graph/ops/embedding';
import { linear } from '../graph/ops/linear';
import { NormSums, rmsNorm } from '../graph/ops/rmsNorm';
import { swiglu } from '../graph/ops/swiglu';
import { headDim, type PhiConfig } from './config';
import type { Arena, ParameterSpec, ParameterTable } from './parameters';

/** Where the tokens of a packed batch stand. */
export interface PackedPositions extends Segments {
  /** [N], from 0 in every segment. */
  readonly positions: Tensor;
  /** [T, R/2, 2] cos and sin of every position up to the longest. */
  readonly rotations: Tensor;
}

/** A packed batch as the model sees it. */
export interface PhiInputs extends TokenIds, PackedPositions {}

export interface Weights {
  (name: string): Tensor;
  /** Where the gradients of the norms add up; null where all is frozen. */
  readonly norms: NormSums | null;
}

/** The arena's tensors by name within a graph; frozen where no arena for gradients is given. */
export function weightsOf(graph: Graph, weights: Arena, gradients: Arena | null): Weights {
  const { table, dtype } = weights;
  const tensors = new Map(
    table.specs.map(({ name, shape }) => {
      return [name, graph.parameter(name, shape, weights.range(name), gradients?.gradient(name) ?? null, dtype)];
    }),
  );
  const named = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the model has no parameter ${name}`);
    return tensor;
  };
  return Object.assign(named, { norms: gradients && normSums(graph, table, gradients) });
}

function normSums(graph: Graph, { specs }: ParameterTable, gradients: Arena): NormSums {
  const norms = specs.filter(({ initialScale }) => initialScale === null);
  const first = gradients.range((norms[0] as ParameterSpec).name);
  const all = { ...first, bytes: first.bytes * norms.length };
  return new NormSums(graph, graph.external('norm gradients', [norms.length, first.bytes / 4], all));
}

export const headsOf = (config: PhiConfig): Heads => ({
  heads: config.num_attention_heads,
  kvHeads: config.num_key_value_heads,
  headDim: headDim(config),
});

/** The embedding table where lm_head is tied to it. */
export const lmHead = (config: PhiConfig): string =>
  config.tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';

/** q, k and v of block l, turned by their positions: [N, (H + 2K)·D] from x [N, C]. */
export function turnedQkv(
  graph: Graph,
  config: PhiConfig,
  w: Weights,
  l: number,
  x: Tensor,
  { positions, rotations }: PackedPositions,
): Tensor {
  const layer = `model.layers.${l}`;
  const eps = config.rms_norm_eps;
  const normed = rmsNorm(graph, `${l} input norm`, x, w(`${layer}.input_layernorm.weight`), eps, w.norms); // [N, C]
  const qkv = linear(graph, `${l} qkv`, normed, w(`${layer}.self_attn.qkv_proj.weight`));
  return rope(graph, qkv, positions, rotations, headsOf(config));
}

/** The residual stream after block l: [N, C] from x before it and its turned qkv. */
export function afterAttention(
  graph: Graph,
  config: PhiConfig,
  w: Weights,
  l: number,
  x: Tensor,
  qkv: Tensor,
  packed: PackedPositions,
): Tensor {
  const layer = `model.layers.${l}`;
  const eps = config.rms_norm_eps;
  const mixed = attention(graph, qkv, packed, headsOf(config), packed.rotations.shape[0]!); // [N, H·D]
  const y = linear(graph, `${l} o`, mixed, w(`${layer}.self_attn.o_proj.weight`), x);
  const thought = rmsNorm(graph, `${l} mlp norm`, y, w(`${layer}.post_attention_layernorm.weight`), eps, w.norms);
  const gateUp = linear(graph, `${l} gate up`, thought, w(`${layer}.mlp.gate_up_proj.weight`)); // [N, 2F]
  return linear(graph, `${l} down`, swiglu(graph, gateUp), w(`${layer}.mlp.down_proj.weight`), y);
}

/**
 * What lm_head takes, [N, C]: the hidden states of packed tokens after the final norm.
 * @param recompute keeps only the input of each block, and computes the block again where its gradients are
 */
export function phiHidden(
  graph: Graph,
  config: PhiConfig,
  w: Weights,
  inputs: PhiInputs,
  { recompute = false } = {},
): Tensor {
  const block = (l: number, x: Tensor) =>
    afterAttention(graph, config, w, l, x, turnedQkv(graph, config, w, l, x, inputs), inputs);
  let x = embedding(graph, inputs, w('model.embed_tokens.weight')); // [N, C]
  for (let l = 0; l < config.num_hidden_layers; l++) {
    const input = x;
    x = recompute ? graph.checkpoint(() => block(l, input)) : block(l, input);
  }
  return rmsNorm(graph, 'final norm', x, w('model.norm.weight'), config.rms_norm_eps, w.norms);
}
