/**
 * The forward pass of training and scoring over packed tokens: embedding, blocks, final norm. It ends before lm_head: logits are
 * made a chunk of rows at a time, with what a loss takes of them (graph/ops/head.ts). No dropout.
 */
import type { Graph, Tensor } from '../graph/graph';
import { attention, rope, type Segments } from '../graph/ops/attention';
import { embedding, type TokenIds } from '../graph/ops/embedding';
import { linear } from '../graph/ops/linear';
import { NormSums, rmsNorm } from '../graph/ops/rmsNorm';
import { swiglu } from '../graph/ops/swiglu';
import type { BlockOps } from './architectures/architecture';
import { headsOf } from './config';
import type { Model } from './model';
import {
  type Arena,
  blockParameter,
  EMBEDDING,
  FINAL_NORM,
  type ParameterSpec,
  type ParameterTable,
} from './parameters';

/** Places of the tokens of a packed batch. */
export interface PackedPositions extends Segments {
  /** [N], from 0 in every segment. */
  readonly positions: Tensor;
  /** [T, R/2, 2] cos and sin of every position up to the longest. */
  readonly rotations: Tensor;
}

/** Inputs of a packed batch. */
export interface PackedInputs extends TokenIds, PackedPositions {}

export interface Weights {
  /** A parameter, or several that lie side by side as one matrix of all their rows. */
  (...names: readonly string[]): Tensor;
  /** Sums of the gradients of the norms; null where all is frozen. */
  readonly norms: NormSums | null;
}

/** The arena's tensors by name within a graph; frozen where no arena for gradients is given. */
export function weightsOf(graph: Graph, weights: Arena, gradients: Arena | null): Weights {
  const tensors = new Map<string, Tensor>();
  const make = (names: readonly string[], label: string): Tensor => {
    const shapes = names.map((name) => weights.spec(name).shape);
    const rows = shapes.reduce((sum, [count]) => sum + count!, 0);
    const gradient = gradients?.gradient(...names) ?? null;
    const shape = [rows, ...shapes[0]!.slice(1)];
    return graph.parameter(label, shape, weights.range(...names), gradient, weights.dtype);
  };
  const named = (...names: readonly string[]) => {
    const label = names.join(' | ');
    const tensor = tensors.get(label) ?? make(names, label);
    tensors.set(label, tensor);
    return tensor;
  };
  return Object.assign(named, { norms: gradients && normSums(graph, weights.table, gradients) });
}

function normSums(graph: Graph, { specs }: ParameterTable, gradients: Arena): NormSums {
  const norms = specs.filter(({ initialScale }) => initialScale === null);
  const first = gradients.range((norms[0] as ParameterSpec).name);
  const all = { ...first, bytes: first.bytes * norms.length };
  return new NormSums(graph, graph.external('norm gradients', [norms.length, first.bytes / 4], all));
}

type Shape = Pick<Model, 'architecture' | 'config'>;

/**
 * Operations of block l over packed tokens.
 * @param onKeysAndValues takes the turned q|k|v, [N, (H + 2K)·D]
 */
export function packedOps(
  graph: Graph,
  { config }: Shape,
  w: Weights,
  l: number,
  packed: PackedPositions,
  onKeysAndValues: (qkv: Tensor) => void = () => {},
): BlockOps {
  const weight = (...names: readonly string[]) => w(...names.map((name) => blockParameter(l, name)));
  const heads = headsOf(config);
  return {
    normLinear(label, x, norm, projections) {
      const normed = rmsNorm(graph, `${l} ${label} norm`, x, weight(norm), config.rms_norm_eps, w.norms); // [N, C]
      return linear(graph, `${l} ${label}`, normed, weight(...projections));
    },
    attention(qkv) {
      const turned = rope(graph, qkv, packed.positions, packed.rotations, heads);
      onKeysAndValues(turned);
      return attention(graph, turned, packed, heads, packed.rotations.shape[0]!);
    },
    addLinear: (label, residual, x, projection) => linear(graph, `${l} ${label}`, x, weight(projection), residual),
    addSwigluLinear: (label, residual, gateUp, projection) =>
      linear(graph, `${l} ${label}`, swiglu(graph, gateUp), weight(projection), residual),
  };
}

/**
 * The input of lm_head, [N, C]: hidden states of packed tokens after the final norm.
 * @param recompute keeps only the input of each block, and computes the block again where its gradients are
 */
export function hiddenStates(graph: Graph, model: Shape, w: Weights, inputs: PackedInputs, recompute: boolean): Tensor {
  const { architecture, config } = model;
  let x = embedding(graph, inputs, w(EMBEDDING)); // [N, C]
  for (let l = 0; l < config.num_hidden_layers; l++) {
    const input = x;
    const block = () => architecture.block(packedOps(graph, model, w, l, inputs), input);
    x = recompute ? graph.checkpoint(block) : block();
  }
  return rmsNorm(graph, 'final norm', x, w(FINAL_NORM), config.rms_norm_eps, w.norms);
}
