/** Phi-3 and Phi-4, as Hugging Face's `Phi3ForCausalLM`: fused q|k|v and gate|up, rotary positions on a share of each head. */
import type { Architecture } from './architecture';
import { preNormParameters, rowsOf } from './preNorm';

export const phi3: Architecture = {
  modelType: 'phi3',
  className: 'Phi3ForCausalLM',
  configSchema: {
    defaults: {
      vocab_size: 32064,
      hidden_size: 3072,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      intermediate_size: 8192,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      partial_rotary_factor: 1,
      tie_word_embeddings: false,
      max_position_embeddings: 4096,
      sliding_window: null,
    },
    fixed: {},
    nullable: ['num_key_value_heads'],
    refusals: () => [],
    exported: ({ max_position_embeddings, rope_theta, partial_rotary_factor, sliding_window }) => ({
      original_max_position_embeddings: max_position_embeddings,
      rope_parameters: { rope_type: 'default', rope_theta, partial_rotary_factor },
      rope_scaling: null,
      sliding_window,
      hidden_act: 'silu',
      attention_bias: false,
      attention_dropout: 0,
      embd_pdrop: 0,
      resid_pdrop: 0,
    }),
  },
  parameters(config) {
    const { q, k, v, gate, up } = rowsOf(config);
    return preNormParameters(config, {
      qkv: { 'self_attn.qkv_proj': q + k + v },
      gateUp: { 'mlp.gate_up_proj': gate + up },
    });
  },
  block(ops, x) {
    const qkv = ops.normLinear('qkv', x, 'input_layernorm', ['self_attn.qkv_proj']);
    const attnOut = ops.attention(qkv);
    const mlpInput = ops.addLinear('o', x, attnOut, 'self_attn.o_proj');
    const gateUp = ops.normLinear('gate up', mlpInput, 'post_attention_layernorm', ['mlp.gate_up_proj']);
    return ops.addSwigluLinear('down', mlpInput, gateUp, 'mlp.down_proj');
  },
};
