/** How large a model's largest buffers are, told before they are made. Bytes. */
import { BYTES, type Dtype } from '../gpu/dtype';
import { logitsChunks } from '../graph/ops/head';
import { headDim, type PhiConfig } from './config';
import { cacheRows, cacheWidth, type DecodeCapacity } from './decodeState';
import { parameterTable } from './parameters';
import { prefillTokens } from './prefill';

const qkvWidth = (config: PhiConfig) => (config.num_attention_heads + 2 * config.num_key_value_heads) * headDim(config);

/** @param tokens of one forward and backward pass */
export function largestTrainingBuffer(config: PhiConfig, tokens: number): number {
  const row = Math.max(2 * config.intermediate_size, qkvWidth(config), config.hidden_size);
  const logits = logitsChunks(tokens, config.vocab_size).rows * config.vocab_size;
  return 4 * Math.max(parameterTable(config).arenaSize, tokens * row, logits);
}

/** @param stored what keys and values are stored as */
export function largestDecodingBuffer(config: PhiConfig, capacity: DecodeCapacity, stored: Dtype): number {
  const cache = cacheRows(capacity) * cacheWidth(config) * BYTES[stored];
  const row = Math.max(2 * config.intermediate_size, qkvWidth(config), config.hidden_size);
  const step = capacity.slots * Math.max(row, config.vocab_size);
  return Math.max(cache, 4 * step, 4 * prefillTokens(capacity) * row);
}
