/** JSON files of a model folder, for transformers 4 and 5, TRL and vLLM. */
import { recordOf } from '../model/architectures';
import type { ModelConfig } from '../model/config';
import { CHAT_TEMPLATE } from '../text/chatTemplate';
import type { Tokenizer } from '../text/tokenizer';

type Json = Readonly<Record<string, unknown>>;

/** Names and ids of the tokens that several files repeat. */
const named = (tokenizer: Tokenizer) => {
  const { end, pad } = tokenizer.special;
  return { ids: { eos: end, pad }, eos_token: tokenizer.token(end), pad_token: tokenizer.token(pad) };
};

/**
 * `config.json` for Hugging Face's class of the architecture. Rotary settings and dtype appear twice: transformers 5 reads
 * `rope_parameters` and `dtype`, transformers 4 reads the rest.
 */
export function modelConfigFile(config: ModelConfig, tokenizer: Tokenizer): Json {
  const { ids } = named(tokenizer);
  const { className, modelType, configSchema } = recordOf(config);
  const { model_type: _, sliding_window, ...shape } = config;
  const read = Object.entries(shape).filter(([key]) => !(key in configSchema.fixed));
  return {
    architectures: [className],
    model_type: modelType,
    ...Object.fromEntries(read),
    ...configSchema.exported(config),
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
export function generationConfigFile(config: ModelConfig, tokenizer: Tokenizer): Json {
  const { ids } = named(tokenizer);
  return { eos_token_id: ids.eos, pad_token_id: ids.pad, max_length: config.max_position_embeddings };
}

/** `tokenizer_config.json`: left padding, as generation needs, and no token types, which `generate` of transformers 4 rejects. */
export function tokenizerConfigFile(config: ModelConfig, tokenizer: Tokenizer): Json {
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
