/** The shape of a model, in the names of Hugging Face's `Phi3Config`, with its checks. Presets are in presets.ts. */
import { z } from 'zod';
import { MAX_HEAD_DIM } from '../kernels/attention';

const size = (label: string, max: number) => z.int().min(1).max(max).meta({ title: label });

/** What a Phi-3 `config.json` says that this lab computes with; unknown keys of other libraries pass through unread. */
export const phiConfigSchema = z
  .object({
    vocab_size: size('Vocabulary', 262144),
    hidden_size: size('Width C', 8192),
    num_hidden_layers: size('Layers L', 128),
    num_attention_heads: size('Heads H', 128),
    num_key_value_heads: size('Key/value heads K', 128),
    intermediate_size: size('Feed-forward width F', 32768),
    rms_norm_eps: z.number().min(0).max(1).default(1e-5),
    rope_theta: z.number().min(1).default(10000),
    partial_rotary_factor: z.number().min(0).max(1).default(1),
    tie_word_embeddings: z.boolean().default(false),
    max_position_embeddings: z.int().min(1).default(4096),
  })
  .superRefine((config, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const headDim = config.hidden_size / config.num_attention_heads;
    if (!Number.isInteger(headDim) || headDim % 4 !== 0 || headDim > MAX_HEAD_DIM)
      issue(
        'hidden_size',
        `hidden_size / num_attention_heads is ${headDim}: it must be a multiple of 4, at most ${MAX_HEAD_DIM}`,
      );
    if (config.num_attention_heads % config.num_key_value_heads !== 0)
      issue(
        'num_key_value_heads',
        `${config.num_attention_heads} heads cannot share ${config.num_key_value_heads} key/value heads evenly`,
      );
    const rotary = Math.trunc(headDim * config.partial_rotary_factor);
    if (rotary % 2 !== 0)
      issue('partial_rotary_factor', `${rotary} of ${headDim} channels would turn: it must be an even number`);
  });

export type PhiConfig = z.infer<typeof phiConfigSchema>;

export const headDim = (config: PhiConfig): number => config.hidden_size / config.num_attention_heads;

/** Channels of each head that turn with the position, as Hugging Face rounds them. */
export const rotaryDim = (config: PhiConfig): number => Math.trunc(headDim(config) * config.partial_rotary_factor);

/** Reads a `config.json`. @throws naming every field that is wrong */
export function parsePhiConfig(json: unknown, where = 'config.json'): PhiConfig {
  const type = (json as { model_type?: unknown } | null)?.model_type;
  if (type !== undefined && type !== 'phi3') throw new Error(`${where}: model_type is ${JSON.stringify(type)}, not "phi3"`);
  const scaling = (json as { rope_scaling?: unknown } | null)?.rope_scaling;
  if (scaling) throw new Error(`${where}: rope_scaling is not supported`);
  const parsed = phiConfigSchema.safeParse(json);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map((issue) => `${where}: ${issue.path.join('.') || 'top level'}: ${issue.message}`).join('\n'),
    );
  return parsed.data;
}

/** The `config.json` that Hugging Face's Phi3ForCausalLM loads. */
export function toHuggingFaceConfig(config: PhiConfig, tokens: { end: number; pad: number }): Record<string, unknown> {
  return {
    architectures: ['Phi3ForCausalLM'],
    model_type: 'phi3',
    ...config,
    hidden_act: 'silu',
    attention_bias: false,
    attention_dropout: 0,
    embd_pdrop: 0,
    resid_pdrop: 0,
    rope_scaling: null,
    sliding_window: null,
    torch_dtype: 'float32',
    bos_token_id: null,
    eos_token_id: tokens.end,
    pad_token_id: tokens.pad,
  };
}
