/**
 * An architecture: what differs between decoder-only models of Hugging Face. A record declares its `config.json`, the
 * parameters of a block and the block itself; embedding, final norm and lm_head are the same in all.
 * A block is written once. Training, prefill and decoding each interpret it with kernels of their own (forward.ts, decode.ts).
 * Letters: N tokens, C width, H query heads, K key/value heads, D head width, F feed-forward width, V vocabulary.
 */
import type { Tensor } from '../../graph/graph';
import type { ModelConfig } from '../config';
import type { FieldName } from '../configFields';

/** A tensor of Hugging Face's checkpoint. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Standard deviation of the initial normal distribution, in units of the model's: 1, or 1/√(2L) for projections into the
   * residual stream; null for norm weights, which start at 1.
   */
  readonly initialScale: number | null;
}

/** Parameters whose rows lie side by side in memory, so that one product takes them all. */
export type ParameterGroup = readonly Parameter[];

/** Operations of a block. Names of parameters follow `model.layers.N.` and lack `.weight`. */
export interface BlockOps {
  /** RMSNorm, then the projections side by side: [N, ΣM] from x [N, C] and weights [M, C]. */
  normLinear(label: string, x: Tensor, norm: string, projections: readonly string[]): Tensor;
  /** RoPE and causal attention: [N, H·D] from q|k|v [N, (H + 2K)·D]. */
  attention(qkv: Tensor): Tensor;
  /** residual + x·Wᵀ. A block reads the residual stream before it adds to it: decoding adds in place. */
  addLinear(label: string, residual: Tensor, x: Tensor, projection: string): Tensor;
  /** residual + (up · silu(gate))·Wᵀ, from gate|up [N, 2F]. */
  addSwigluLinear(label: string, residual: Tensor, gateUp: Tensor, projection: string): Tensor;
}

type Given = Readonly<Record<string, unknown>>;

/** Keys of `config.json`; their ranges are the same for all architectures (configFields.ts). */
export interface ConfigSchema {
  /** Values that transformers fills in for missing keys. */
  readonly defaults: Readonly<Partial<Record<FieldName, number | boolean | null>>>;
  /** Keys that the architecture does not read, with the value that its function has. */
  readonly fixed: Readonly<Partial<Record<FieldName, number | boolean | null>>>;
  /** Keys for which null means missing. */
  readonly nullable: readonly FieldName[];
  /** Names every key that asks for another function, beyond what configRefusals.ts refuses for all architectures. */
  refusals(given: Given): Iterable<string>;
  /** Keys of an exported `config.json` beside those of ModelConfig. */
  exported(config: ModelConfig): Given;
}

export interface Architecture {
  /** Hugging Face's `model_type`. */
  readonly modelType: string;
  /** Hugging Face's class, as `architectures` of config.json names it. */
  readonly className: string;
  readonly configSchema: ConfigSchema;
  /** Parameters of one block, in Hugging Face's shapes; names as BlockOps takes them. */
  parameters(config: ModelConfig): readonly ParameterGroup[];
  /** The residual stream after a block: [N, C] from x [N, C]. */
  block(ops: BlockOps, x: Tensor): Tensor;
}
