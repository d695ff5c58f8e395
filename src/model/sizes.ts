/** A model's largest bindings by name, known before anything is made. Bytes. The exact check of every tensor is graph/plan.ts. */
import { checkBinding } from '../gpu/checks';
import type { Device } from '../gpu/device';
import { BYTES, type Dtype } from '../gpu/dtype';
import { logitsChunks } from '../graph/ops/head';
import type { ModelConfig } from './config';
import { cacheRows, cacheWidth, type DecodeCapacity } from './decodeState';
import { parameterTable } from './parameters';
import { prefillTokens } from './prefill';

type Sizes = Readonly<Record<string, number>>;

/** The widest row of a block's activations. */
const widestRow = (config: ModelConfig) => {
  const qkv = (config.num_attention_heads + 2 * config.num_key_value_heads) * config.head_dim;
  return Math.max(2 * config.intermediate_size, qkv, config.hidden_size);
};

const parameters = (config: ModelConfig): Sizes =>
  Object.fromEntries(parameterTable(config).specs.map(({ name, size }) => [name, 4 * size]));

/** @param tokens of one forward and backward pass */
const training = (config: ModelConfig, tokens: number): Sizes => ({
  [`activations of ${tokens} tokens`]: 4 * tokens * widestRow(config),
  [`logits of ${tokens} tokens`]: 4 * logitsChunks(tokens, config.vocab_size).rows * config.vocab_size,
});

/** @param stored type of keys and values */
const decoding = (config: ModelConfig, capacity: DecodeCapacity, stored: Dtype): Sizes => {
  const { slots, newTokens } = capacity;
  const completions = `${slots} completions of ${newTokens} tokens`;
  return {
    [`the cache of ${completions}`]: cacheRows(capacity) * cacheWidth(config) * BYTES[stored],
    [`a decoding step of ${completions}`]: 4 * slots * Math.max(widestRow(config), config.vocab_size),
    'activations of prompts': 4 * prefillTokens(capacity) * widestRow(config),
  };
};

/** @throws SizeError naming what one dispatch of training or decoding cannot see at once */
export function checkModelSizes(
  device: Pick<Device, 'name' | 'maxBindingBytes'>,
  config: ModelConfig,
  tokens: number,
  capacity: DecodeCapacity,
  stored: Dtype,
): void {
  const sizes = { ...parameters(config), ...training(config, tokens), ...decoding(config, capacity, stored) };
  for (const [what, bytes] of Object.entries(sizes)) checkBinding(device, what, bytes);
}
