/** The longest sequence that a model takes, by its config.json. */
import type { PhiConfig } from '../model/config';

/** Most tokens of a sequence, and the key that says so. A sliding window is computed as long as it holds the whole sequence. */
export function longestSequence({ max_position_embeddings, sliding_window }: PhiConfig): {
  tokens: number;
  key: string;
} {
  return sliding_window !== null && sliding_window < max_position_embeddings
    ? { tokens: sliding_window, key: 'sliding_window' }
    : { tokens: max_position_embeddings, key: 'max_position_embeddings' };
}

/** @throws naming what is too long and the key of config.json that says so */
export function checkLength(config: PhiConfig, tokens: number, what: string): void {
  const { tokens: most, key } = longestSequence(config);
  if (tokens > most)
    throw new Error(
      `${what}: ${tokens} tokens are more than the model takes, its ${key} is ${most}; use a shorter sequence`,
    );
}
