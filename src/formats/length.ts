/** Maximum sequence length of a model, from its config.json. */
import type { ModelConfig } from '../model/config';

/** Maximum tokens of a sequence, and the key that limits it. Sequences must fit in a sliding window. */
export function longestSequence({ max_position_embeddings, sliding_window }: ModelConfig): {
  tokens: number;
  key: string;
} {
  return sliding_window !== null && sliding_window < max_position_embeddings
    ? { tokens: sliding_window, key: 'sliding_window' }
    : { tokens: max_position_embeddings, key: 'max_position_embeddings' };
}

/** @throws naming the sequence that is too long and the key of config.json that limits it */
export function checkLength(config: ModelConfig, tokens: number, label: string): void {
  const { tokens: most, key } = longestSequence(config);
  if (tokens > most)
    throw new Error(
      `${label}: ${tokens} tokens are more than the model takes, its ${key} is ${most}; use a shorter sequence`,
    );
}
