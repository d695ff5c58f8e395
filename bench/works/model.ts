/** The models of the presets with the weights and the tokens that every peer gets: the same numbers from the same seeds. */
import { parseModelConfig } from '../../src/model/config';
import { parameterTable } from '../../src/model/parameters';
import { type ModelShape, modelPresets } from '../../src/model/presets';
import { random } from '../../src/random';
import { VOCABULARY } from '../../src/text/vocabulary';

/** A model's shape with the letters of the reference: L layers, C width, H and K heads, D head width, F, V. */
export interface ModelConfig {
  readonly L: number;
  readonly C: number;
  readonly H: number;
  readonly K: number;
  readonly D: number;
  readonly F: number;
  readonly V: number;
  readonly eps: number;
  readonly theta: number;
}

export type Weights = Readonly<Record<string, Float32Array>>;

/** Sequences of equal length, so that peers without packing compute exactly the same tokens. */
export interface BatchShape {
  readonly sequences: number;
  readonly length: number;
}

export interface Batch extends BatchShape {
  /** [sequences, length] */
  readonly tokens: Int32Array;
  /** [sequences, length], the token that follows each */
  readonly targets: Int32Array;
}

export interface RolloutShape {
  readonly sequences: number;
  readonly promptTokens: number;
  readonly newTokens: number;
}

export const presetConfig = (preset: keyof typeof modelPresets): ModelConfig => {
  const { layers, width, heads, kvHeads, ffn }: ModelShape = modelPresets[preset];
  const V = VOCABULARY.length;
  return { L: layers, C: width, H: heads, K: kvHeads, D: width / heads, F: ffn, V, eps: 1e-5, theta: 10000 };
};

/** As a `config.json`; lm_head is a matrix of its own, as every peer knows it. */
export const modelConfigOf = ({ L, C, H, K, F, V, eps, theta }: ModelConfig) =>
  parseModelConfig({
    vocab_size: V,
    hidden_size: C,
    num_hidden_layers: L,
    num_attention_heads: H,
    num_key_value_heads: K,
    intermediate_size: F,
    rms_norm_eps: eps,
    rope_theta: theta,
    tie_word_embeddings: false,
  });

/** Names and shapes in Hugging Face's order. */
export const parameterShapes = (config: ModelConfig) => parameterTable(modelConfigOf(config)).specs;

/**
 * Weights as a trained model's might be, not as fresh ones: logits differ from token to token, so that a wrong sampler or
 * a wrong gradient shows in the checks.
 */
export function makeWeights(config: ModelConfig): Weights {
  return Object.fromEntries(
    parameterShapes(config).map(({ name, shape, size }) => {
      const stream = random(0, 'bench', name);
      const uniform = () => 2 * stream.next() - 1;
      const scale = Math.sqrt(3 / shape.at(-1)!);
      const draw = shape.length === 1 ? () => 1 + 0.1 * uniform() : () => scale * uniform();
      return [name, Float32Array.from({ length: size }, draw)];
    }),
  );
}

export function makeBatch(config: ModelConfig, { sequences, length }: BatchShape, seed: number): Batch {
  const stream = random(seed, 'bench', 'batch');
  const tokens = new Int32Array(sequences * length);
  const targets = new Int32Array(sequences * length);
  for (let s = 0; s < sequences; s++) {
    let token = stream.integer(0, config.V - 1);
    for (let t = 0; t < length; t++) {
      tokens[s * length + t] = token;
      token = stream.integer(0, config.V - 1);
      targets[s * length + t] = token;
    }
  }
  return { sequences, length, tokens, targets };
}

export function makePrompts(config: ModelConfig, { sequences, promptTokens }: RolloutShape): Int32Array {
  const stream = random(0, 'bench', 'prompts');
  return Int32Array.from({ length: sequences * promptTokens }, () => stream.integer(0, config.V - 1));
}

/** cos and sin of t·θ^(−2i/D): [length, D/2] each. */
export function rotations({ D, theta }: ModelConfig, length: number): { cos: Float64Array; sin: Float64Array } {
  const half = D / 2;
  const angle = (_: unknown, at: number) => Math.floor(at / half) * theta ** ((-2 * (at % half)) / D);
  const angles = Float64Array.from({ length: length * half }, angle);
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}
