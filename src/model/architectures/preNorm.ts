/** Parameters that pre-norm models with RMSNorm, grouped-query attention and SwiGLU share. */
import type { ModelConfig } from '../config';
import type { Parameter, ParameterGroup } from './architecture';

/** Rows of the projections of a normed input, by parameter name, in the order in which they lie side by side. */
export interface Projections {
  readonly qkv: Readonly<Record<string, number>>;
  readonly gateUp: Readonly<Record<string, number>>;
}

/** Rows of q, k and v, and of gate and up. */
export const rowsOf = ({
  num_attention_heads: H,
  num_key_value_heads: K,
  head_dim: D,
  intermediate_size: F,
}: ModelConfig) => ({
  q: H * D,
  k: K * D,
  v: K * D,
  gate: F,
  up: F,
});

/** Parameters of a block: two norms, the projections, and the way back into the residual stream from each. */
export function preNormParameters(config: ModelConfig, { qkv, gateUp }: Projections): ParameterGroup[] {
  const { hidden_size: C, num_hidden_layers: L } = config;
  const { q, gate } = rowsOf(config);
  const residual = 1 / Math.sqrt(2 * L);
  const norm = (name: string): Parameter => ({ name, shape: [C], initialScale: null });
  const sideBySide = (rows: Readonly<Record<string, number>>): ParameterGroup =>
    Object.entries(rows).map(([name, count]) => ({ name, shape: [count, C], initialScale: 1 }));
  return [
    [norm('input_layernorm')],
    sideBySide(qkv),
    [{ name: 'self_attn.o_proj', shape: [C, q], initialScale: residual }],
    [norm('post_attention_layernorm')],
    sideBySide(gateUp),
    [{ name: 'mlp.down_proj', shape: [C, gate], initialScale: residual }],
  ];
}
