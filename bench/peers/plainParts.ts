/** The parts of the plain model, forward and backward in pairs: RMSNorm, rotation, causal attention, SwiGLU, cross-entropy. */
import type { ModelConfig } from '../works/model';

export interface Rotations {
  /** [T, D/2] */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** y = x·r·w, and r = 1 / √(mean x² + ε) of every row. */
export function rmsNorm(x: Float32Array, w: Float32Array, eps: number): { y: Float32Array; r: Float32Array } {
  const C = w.length;
  const y = new Float32Array(x.length);
  const r = new Float32Array(x.length / C);
  for (let i = 0; i < r.length; i++) {
    let squares = 0;
    for (let j = i * C; j < (i + 1) * C; j++) squares += x[j]! * x[j]!;
    const scale = 1 / Math.sqrt(squares / C + eps);
    r[i] = scale;
    for (let j = 0; j < C; j++) y[i * C + j] = x[i * C + j]! * scale * w[j]!;
  }
  return { y, r };
}

/** dx += r·(dy·w − x·r²·mean(dy·w·x)), dw += dy·x·r */
export function rmsNormGrad(
  dy: Float32Array,
  x: Float32Array,
  w: Float32Array,
  r: Float32Array,
  dx: Float32Array,
  dw: Float32Array,
): void {
  const C = w.length;
  for (let i = 0; i < r.length; i++) {
    const base = i * C;
    const scale = r[i]!;
    let dot = 0;
    for (let j = 0; j < C; j++) {
      const g = dy[base + j]!;
      dw[j]! += g * x[base + j]! * scale;
      dot += g * w[j]! * x[base + j]!;
    }
    const mean = (dot * scale ** 3) / C;
    for (let j = 0; j < C; j++) dx[base + j]! += dy[base + j]! * w[j]! * scale - x[base + j]! * mean;
  }
}

/**
 * Rotates the heads of q and k in rows of q|k|v, in place.
 * @param sign −1 turns back, which is the gradient
 */
export function rotate(
  qkv: Float32Array,
  { H, K, D }: ModelConfig,
  { cos, sin }: Rotations,
  positionOf: (row: number) => number,
  sign: 1 | -1 = 1,
): void {
  const width = (H + 2 * K) * D;
  const half = D / 2;
  for (let row = 0; row < qkv.length / width; row++) {
    const t = positionOf(row) * half;
    for (let head = 0; head < H + K; head++) {
      const base = row * width + head * D;
      for (let j = 0; j < half; j++) {
        const c = cos[t + j]!;
        const s = sign * sin[t + j]!;
        const x = qkv[base + j]!;
        const y = qkv[base + j + half]!;
        qkv[base + j] = x * c - y * s;
        qkv[base + j + half] = y * c + x * s;
      }
    }
  }
}

/** Places of one query head of one token: its probabilities, its query, its output, and its first key and value. */
interface QueryPlaces {
  readonly i: number;
  readonly row: number;
  readonly q: number;
  readonly o: number;
  readonly key: number;
  readonly value: number;
}

/** Calls `visit` for every query head of every token. */
function forEachQuery({ H, K, D }: ModelConfig, B: number, T: number, visit: (places: QueryPlaces) => void): void {
  const width = (H + 2 * K) * D;
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++) {
      const key = b * T * width + (H + Math.floor((h * K) / H)) * D;
      for (let i = 0; i < T; i++) {
        const token = b * T + i;
        visit({
          i,
          row: ((b * H + h) * T + i) * T,
          q: token * width + h * D,
          o: (token * H + h) * D,
          key,
          value: key + K * D,
        });
      }
    }
}

/** Causal grouped-query attention. Returns the probabilities, [B, H, T, T], and the outputs, [B·T, H·D]. */
export function attention(qkv: Float32Array, config: ModelConfig, B: number, T: number) {
  const { H, K, D } = config;
  const width = (H + 2 * K) * D;
  const scale = 1 / Math.sqrt(D);
  const p = new Float32Array(B * H * T * T);
  const out = new Float32Array(B * T * H * D);
  forEachQuery(config, B, T, ({ i, row, q, o, key, value }) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j <= i; j++) {
      const k = key + j * width;
      let dot = 0;
      for (let e = 0; e < D; e++) dot += qkv[q + e]! * qkv[k + e]!;
      p[row + j] = dot * scale;
      top = Math.max(top, dot * scale);
    }
    let sum = 0;
    for (let j = 0; j <= i; j++) {
      p[row + j] = Math.exp(p[row + j]! - top);
      sum += p[row + j]!;
    }
    for (let j = 0; j <= i; j++) {
      p[row + j]! /= sum;
      const weight = p[row + j]!;
      const v = value + j * width;
      for (let e = 0; e < D; e++) out[o + e]! += weight * qkv[v + e]!;
    }
  });
  return { p, out };
}

/** Gradient of attention with respect to qkv, before the inverse rotation. */
export function attentionGrad(
  dout: Float32Array,
  qkv: Float32Array,
  p: Float32Array,
  config: ModelConfig,
  B: number,
  T: number,
): Float32Array {
  const { H, K, D } = config;
  const width = (H + 2 * K) * D;
  const scale = 1 / Math.sqrt(D);
  const dqkv = new Float32Array(qkv.length);
  const dp = new Float32Array(T);
  forEachQuery(config, B, T, ({ i, row, q, o, key, value }) => {
    let mean = 0;
    for (let j = 0; j <= i; j++) {
      const v = value + j * width;
      const weight = p[row + j]!;
      let dot = 0;
      for (let e = 0; e < D; e++) {
        dot += dout[o + e]! * qkv[v + e]!;
        dqkv[v + e]! += weight * dout[o + e]!;
      }
      dp[j] = dot;
      mean += dot * weight;
    }
    for (let j = 0; j <= i; j++) {
      const k = key + j * width;
      const ds = p[row + j]! * (dp[j]! - mean) * scale;
      for (let e = 0; e < D; e++) {
        dqkv[q + e]! += ds * qkv[k + e]!;
        dqkv[k + e]! += ds * qkv[q + e]!;
      }
    }
  });
  return dqkv;
}

/** SwiGLU of rows gate|up: up · silu(gate). */
export function swiglu(gateUp: Float32Array, F: number): Float32Array {
  const y = new Float32Array(gateUp.length / 2);
  for (let i = 0; i < y.length; i++) {
    const at = i + Math.floor(i / F) * F;
    const gate = gateUp[at]!;
    y[i] = (gate / (1 + Math.exp(-gate))) * gateUp[at + F]!;
  }
  return y;
}

export function swigluGrad(dy: Float32Array, gateUp: Float32Array, F: number): Float32Array {
  const d = new Float32Array(gateUp.length);
  for (let i = 0; i < dy.length; i++) {
    const at = i + Math.floor(i / F) * F;
    const gate = gateUp[at]!;
    const s = 1 / (1 + Math.exp(-gate));
    d[at] = dy[i]! * gateUp[at + F]! * s * (1 + gate * (1 - s));
    d[at + F] = dy[i]! * gate * s;
  }
  return d;
}

/** Mean of −log softmax(z)[target] over the rows, and its gradient. */
export function crossEntropy(logits: Float32Array, targets: Int32Array, V: number) {
  const dlogits = new Float32Array(logits.length);
  let loss = 0;
  targets.forEach((target, i) => {
    const row = logits.subarray(i * V, (i + 1) * V);
    const most = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let j = 0; j < V; j++) sum += Math.exp(row[j]! - most);
    loss += Math.log(sum) + most - row[target]!;
    for (let j = 0; j < V; j++)
      dlogits[i * V + j] = (Math.exp(row[j]! - most) / sum - (j === target ? 1 : 0)) / targets.length;
  });
  return { loss: loss / targets.length, dlogits };
}
