/** The shape of a model, in the names of Hugging Face's `Phi3Config`, with its checks. Presets are in presets.ts. */
import { z } from 'zod';
import { MAX_HEAD_DIM } from '../kernels/attention';
import { parseAs } from '../validation';

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

/**
 * Reads a `config.json`, of transformers 4 (`rope_theta`, `rope_scaling`) or 5 (`rope_parameters`).
 * @throws naming every field that is wrong, and what this lab would compute otherwise than the model asks
 */
export function parsePhiConfig(json: unknown, where = 'config.json'): PhiConfig {
  if (typeof json !== 'object' || json === null) throw new Error(`${where}: is no JSON object`);
  const given = { ...json } as Record<string, unknown>;
  const refuse = (key: string, supported: string) => {
    throw new Error(`${where}: ${key} is ${JSON.stringify(given[key])}; this lab computes ${supported}`);
  };
  if ((given.model_type ?? 'phi3') !== 'phi3') refuse('model_type', '"phi3"');
  if ((given.hidden_act ?? 'silu') !== 'silu') refuse('hidden_act', '"silu"');
  if (given.attention_bias) refuse('attention_bias', 'without biases');
  if (typeof given.sliding_window === 'number' && given.sliding_window < Number(given.max_position_embeddings ?? 4096))
    refuse('sliding_window', 'whole attention');
  for (const key of ['rope_parameters', 'rope_scaling']) {
    const rope = (given[key] ?? {}) as Record<string, unknown>;
    if ((rope.rope_type ?? rope.type ?? 'default') !== 'default') refuse(key, 'rope_type "default"');
    for (const name of ['rope_theta', 'partial_rotary_factor']) given[name] ??= rope[name];
  }
  return parseAs(phiConfigSchema, given, where) as PhiConfig;
}
