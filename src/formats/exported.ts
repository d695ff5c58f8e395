/** JSON files of a model folder, for transformers 4 and 5, TRL and vLLM. */
import type { PhiConfig } from '../model/config';
import { CHAT_TEMPLATE } from '../text/chatTemplate';
import type { Tokenizer } from '../text/tokenizer';

type Json = Readonly<Record<string, unknown>>;

/** Names and ids of the tokens that several files repeat. */
const named = (tokenizer: Tokenizer) => {
  const { end, pad } = tokenizer.special;
  return { ids: { eos: end, pad }, eos_token: tokenizer.token(end), pad_token: tokenizer.token(pad) };
};

/**
 * `config.json` of Hugging Face's Phi3ForCausalLM. Rotary settings and dtype appear twice: transformers 5 reads
 * `rope_parameters` and `dtype`, transformers 4 reads the rest.
 */
export function modelConfigFile(config: PhiConfig, tokenizer: Tokenizer): Json {
  const { ids } = named(tokenizer);
  const { sliding_window, ...shape } = config;
  const { rope_theta, partial_rotary_factor } = shape;
  return {
    architectures: ['Phi3ForCausalLM'],
    model_type: 'phi3',
    ...shape,
    original_max_position_embeddings: config.max_position_embeddings,
    rope_parameters: { rope_type: 'default', rope_theta, partial_rotary_factor },
    rope_scaling: null,
    sliding_window,
    hidden_act: 'silu',
    attention_bias: false,
    attention_dropout: 0,
    embd_pdrop: 0,
    resid_pdrop: 0,
    use_cache: true,
    dtype: 'float32',
    torch_dtype: 'float32',
    bos_token_id: null,
    eos_token_id: ids.eos,
    pad_token_id: ids.pad,
  };
}

/**
 * End token, pad token and maximum length of `generate`. The default of transformers would cut every completion after 20
 * tokens, so the file allows the whole context.
 */
export function generationConfigFile(config: PhiConfig, tokenizer: Tokenizer): Json {
  const { ids } = named(tokenizer);
  return { eos_token_id: ids.eos, pad_token_id: ids.pad, max_length: config.max_position_embeddings };
}

/** `tokenizer_config.json`: left padding, as generation needs, and no token types, which `generate` of transformers 4 rejects. */
export function tokenizerConfigFile(config: PhiConfig, tokenizer: Tokenizer): Json {
  const { eos_token, pad_token } = named(tokenizer);
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: config.max_position_embeddings,
    model_input_names: ['input_ids', 'attention_mask'],
    padding_side: 'left',
    clean_up_tokenization_spaces: false,
    bos_token: null,
    eos_token,
    pad_token,
    chat_template: CHAT_TEMPLATE,
  };
}

/** `special_tokens_map.json`. */
export function specialTokensMapFile(tokenizer: Tokenizer): Json {
  const { eos_token, pad_token } = named(tokenizer);
  return { eos_token, pad_token };
}
