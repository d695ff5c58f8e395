/** How large a model's largest buffers are, told before they are made. Bytes. */
import { logitsChunks } from '../graph/ops/head';
import { headDim, type PhiConfig } from './config';
import type { DecodeCapacity } from './decode';
import { parameterTable } from './parameters';

const qkvWidth = (config: PhiConfig) => (config.num_attention_heads + 2 * config.num_key_value_heads) * headDim(config);

/** @param tokens of one forward and backward pass */
export function largestTrainingBuffer(config: PhiConfig, tokens: number): number {
  const row = Math.max(2 * config.intermediate_size, qkvWidth(config), config.hidden_size);
  const logits = logitsChunks(tokens, config.vocab_size).rows * config.vocab_size;
  return 4 * Math.max(parameterTable(config).arenaSize, tokens * row, logits);
}

export function largestDecodingBuffer(config: PhiConfig, { slots, promptTokens, newTokens }: DecodeCapacity): number {
  const cacheRow = 2 * config.num_key_value_heads * headDim(config);
  return 4 * slots * Math.max((promptTokens + newTokens) * cacheRow, config.vocab_size, 2 * config.intermediate_size);
}
