/** One decoding step of many sequences at a time in plain TypeScript, with a cache of keys and values. */
import { type ModelConfig, rotations, type Weights } from '../works/model';
import { rmsNorm, rotate, swiglu } from './plainParts';
import { multiplyTransposed } from './plainProduct';

export class PlainDecoder {
  /** Keys and values of each layer, [S, T, K·D]. */
  private readonly cache: { readonly keys: Float32Array; readonly values: Float32Array }[];
  private readonly turns: ReturnType<typeof rotations>;

  /** @param S sequences, @param T maximum tokens of one */
  constructor(
    private readonly config: ModelConfig,
    private readonly weights: Weights,
    private readonly S: number,
    private readonly T: number,
  ) {
    const size = S * T * config.K * config.D;
    this.cache = Array.from({ length: config.L }, () => ({
      keys: new Float32Array(size),
      values: new Float32Array(size),
    }));
    this.turns = rotations(config, T);
  }

  /** Logits [S, V] after one more token of each sequence, at this position of all. */
  step(tokens: Int32Array, position: number): Float32Array {
    const { config, weights } = this;
    const { C, H, K, D, F, V, L, eps } = config;
    const embedding = weights['model.embed_tokens.weight']!;
    const x = new Float32Array(this.S * C);
    tokens.forEach((id, s) => x.set(embedding.subarray(id * C, (id + 1) * C), s * C));
    for (let l = 0; l < L; l++) {
      const weight = (name: string) => weights[`model.layers.${l}.${name}.weight`]!;
      const normed = rmsNorm(x, weight('input_layernorm'), eps).y;
      const qkv = this.linear(normed, weight('self_attn.qkv_proj'), (H + 2 * K) * D);
      rotate(qkv, config, this.turns, () => position);
      this.linear(this.attend(l, qkv, position), weight('self_attn.o_proj'), C, x);
      const normed2 = rmsNorm(x, weight('post_attention_layernorm'), eps).y;
      const gateUp = this.linear(normed2, weight('mlp.gate_up_proj'), 2 * F);
      this.linear(swiglu(gateUp, F), weight('mlp.down_proj'), C, x);
    }
    return this.linear(rmsNorm(x, weights['model.norm.weight']!, eps).y, weights['lm_head.weight']!, V);
  }

  /** y = x·Wᵀ, added to what `y` holds. */
  private linear(x: Float32Array, w: Float32Array, outputs: number, y = new Float32Array(this.S * outputs)) {
    multiplyTransposed(x, w, y, { m: this.S, n: outputs, k: w.length / outputs, accumulate: true });
    return y;
  }

  /** Stores keys and values of this position and attends to all up to it: [S, H·D]. */
  private attend(l: number, qkv: Float32Array, position: number): Float32Array {
    const { H, K, D } = this.config;
    const { keys, values } = this.cache[l]!;
    const [width, row] = [(H + 2 * K) * D, K * D];
    const scale = 1 / Math.sqrt(D);
    const out = new Float32Array(this.S * H * D);
    const p = new Float32Array(position + 1);
    for (let s = 0; s < this.S; s++) {
      const at = (s * this.T + position) * row;
      keys.set(qkv.subarray(s * width + H * D, s * width + H * D + row), at);
      values.set(qkv.subarray(s * width + H * D + row, (s + 1) * width), at);
      for (let h = 0; h < H; h++) {
        const q = s * width + h * D;
        const first = s * this.T * row + Math.floor((h * K) / H) * D;
        let most = Number.NEGATIVE_INFINITY;
        for (let j = 0; j <= position; j++) {
          let dot = 0;
          for (let e = 0; e < D; e++) dot += qkv[q + e]! * keys[first + j * row + e]!;
          p[j] = dot * scale;
          most = Math.max(most, dot * scale);
        }
        let sum = 0;
        for (let j = 0; j <= position; j++) {
          p[j] = Math.exp(p[j]! - most);
          sum += p[j]!;
        }
        const o = (s * H + h) * D;
        for (let j = 0; j <= position; j++) {
          const weight = p[j]! / sum;
          for (let e = 0; e < D; e++) out[o + e]! += weight * values[first + j * row + e]!;
        }
      }
    }
    return out;
  }
}
