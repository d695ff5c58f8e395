/** Keys of a `config.json` that this lab computes with, and the range of each. Defaults belong to the architectures. */
import { MAX_HEAD_DIM } from '../kernels/headDim';

interface Field {
  readonly fits: (value: unknown) => boolean;
  /** The range in words, as in "use a whole number from 1 to 128". */
  readonly range: string;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const whole = (max: number): Field => ({
  fits: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max,
  range: `a whole number from 1 to ${max}`,
});

const between = (min: number, max: number): Field => ({
  fits: (value) => isNumber(value) && value >= min && value <= max,
  range: `a number from ${min} to ${max}`,
});

/** Positions that a u32 counts, with room for sums. */
const MOST_TOKENS = 2 ** 30;

export const fields = {
  vocab_size: whole(262144),
  hidden_size: whole(8192),
  num_hidden_layers: whole(128),
  num_attention_heads: whole(128),
  /** By default as many as query heads. */
  num_key_value_heads: whole(128),
  intermediate_size: whole(32768),
  rms_norm_eps: between(0, 1),
  rope_theta: { fits: (value) => isNumber(value) && value > 0, range: 'a number above 0' },
  partial_rotary_factor: between(0, 1),
  tie_word_embeddings: { fits: (value) => typeof value === 'boolean', range: 'true or false' },
  max_position_embeddings: whole(MOST_TOKENS),
  /** By default width ÷ heads, rounded down. */
  head_dim: {
    fits: (value) => isNumber(value) && value > 0 && value % 4 === 0 && value <= MAX_HEAD_DIM,
    range: `a multiple of 4, at most ${MAX_HEAD_DIM}`,
  },
  sliding_window: {
    fits: (value) => value === null || whole(MOST_TOKENS).fits(value),
    range: `null, or a whole number from 1 to ${MOST_TOKENS}`,
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;
