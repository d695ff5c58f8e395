/**
 * Llama, as Hugging Face's `LlamaForCausalLM`: separate q, k, v, gate and up, which lie side by side in memory, so that each
 * normed input takes one product as in a model that stores them fused.
 */
import { quote } from '../../quote';
import type { Architecture } from './architecture';
import { preNormParameters, rowsOf } from './preNorm';

export const llama: Architecture = {
  modelType: 'llama',
  className: 'LlamaForCausalLM',
  configSchema: {
    defaults: {
      vocab_size: 32000,
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      intermediate_size: 11008,
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
      tie_word_embeddings: false,
      max_position_embeddings: 2048,
    },
    // transformers ignores these keys: it rotates all channels, and attends to the whole sequence
    fixed: { partial_rotary_factor: 1, sliding_window: null },
    nullable: ['num_key_value_heads', 'head_dim'],
    *refusals({ hidden_size: width = 4096, num_attention_heads: heads = 32 }) {
      if (Number.isInteger(width) && Number.isInteger(heads) && Number(width) % Number(heads) !== 0)
        yield `hidden_size is ${quote(width)}; use a multiple of num_attention_heads, ${quote(heads)}, as transformers does`;
    },
    exported: ({ rope_theta }) => ({
      rope_parameters: { rope_type: 'default', rope_theta },
      rope_scaling: null,
      hidden_act: 'silu',
      attention_bias: false,
      mlp_bias: false,
      attention_dropout: 0,
    }),
  },
  parameters(config) {
    const { q, k, v, gate, up } = rowsOf(config);
    return preNormParameters(config, {
      qkv: { 'self_attn.q_proj': q, 'self_attn.k_proj': k, 'self_attn.v_proj': v },
      gateUp: { 'mlp.gate_proj': gate, 'mlp.up_proj': up },
    });
  },
  block(ops, x) {
    const projections = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];
    const qkv = ops.normLinear('qkv', x, 'input_layernorm', projections);
    const attnOut = ops.attention(qkv);
    const mlpInput = ops.addLinear('o', x, attnOut, 'self_attn.o_proj');
    const gateUp = ops.normLinear('gate up', mlpInput, 'post_attention_layernorm', ['mlp.gate_proj', 'mlp.up_proj']);
    return ops.addSwigluLinear('down', mlpInput, gateUp, 'mlp.down_proj');
  },
};
