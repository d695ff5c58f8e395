/** The model's forward pass in TensorFlow.js operations, shared by training and decoding. */

import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as core from '@tensorflow/tfjs';
import { type ModelConfig, rotations } from '../works/model';

/** In Node the package is CommonJS, and all it exports is its default. */
export const tf: typeof core = (core as unknown as { default?: typeof core }).default ?? core;

/** [S, K, T, D]; a type, not an interface, to count as a container of tensors. */
export type KeyValue = { k: Tensor; v: Tensor };

/** cos and sin [T, D] of positions from `start`. */
interface Turns {
  readonly cos: Tensor2D;
  readonly sin: Tensor2D;
}
type TfWeights = Readonly<Record<string, Tensor>>;

export function turnsOf(config: ModelConfig, start: number, length: number): Turns {
  const { D } = config;
  const table = rotations(config, start + length);
  const doubled = (values: Float64Array) =>
    tf.tensor2d(
      Float32Array.from(
        { length: length * D },
        (_, at) => values[((start + Math.floor(at / D)) * D) / 2 + (at % (D / 2))]!,
      ),
      [length, D],
    );
  return { cos: doubled(table.cos), sin: doubled(table.sin) };
}

/** Added to the scores of the H/K heads that share a key: [H/K·T, T]. */
export function causalMask({ H, K }: ModelConfig, T: number): Tensor2D {
  const hidden = (_: unknown, at: number) => (at % T > Math.floor(at / T) % T ? -1e9 : 0);
  return tf.tensor2d(Float32Array.from({ length: (H / K) * T * T }, hidden), [(H / K) * T, T]);
}

/** Operation of two tensors with its own gradient, which gets the saved tensors. */
const operation = (
  forward: (x: Tensor, y: Tensor) => { readonly value: Tensor; readonly saved: Tensor[] },
  gradient: (dy: Tensor, saved: Tensor[]) => Tensor[],
) =>
  tf.customGrad((x, y, save) => {
    const { value, saved } = forward(x as Tensor, y as Tensor);
    (save as (tensors: Tensor[]) => void)(saved);
    return { value, gradFunc: gradient };
  });

/** Fused operations with their own gradients, which recompute less than automatic ones. */
function fusedOps({ C, D, eps }: ModelConfig) {
  const [epsilon, one, share] = [tf.scalar(eps), tf.scalar(1), tf.scalar(1 / C)];
  const rmsNorm = operation(
    (x, w) => {
      const r = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
      const normed = tf.mul(x, r);
      return { value: tf.mul(normed, w), saved: [normed, r, w] };
    },
    (dy, saved) => {
      const [xn, r, w] = saved as [Tensor, Tensor, Tensor];
      const p = tf.mul(dy, xn);
      const projection = tf.mul(tf.sum(tf.mul(p, w), -1, true), share);
      return [tf.mul(r, tf.sub(tf.mul(dy, w), tf.mul(xn, projection))), tf.sum(p, 0)];
    },
  );
  const swiglu = operation(
    (gate, up) => {
      const s = tf.sigmoid(gate);
      const activated = tf.mul(gate, s);
      return { value: tf.mul(activated, up), saved: [s, activated, up] };
    },
    (dy, saved) => {
      const [s, a, up] = saved as [Tensor, Tensor, Tensor];
      return [tf.mul(tf.mul(dy, up), tf.add(s, tf.mul(a, tf.sub(one, s)))), tf.mul(dy, a)];
    },
  );
  // rotate-half as a product with a constant matrix: one operation in place of two slices, a negation and a concatenation
  const half = D / 2;
  const turn = new Float32Array(D * D);
  for (let i = 0; i < half; i++) {
    turn[(i + half) * D + i] = -1;
    turn[i * D + i + half] = 1;
  }
  const turning = tf.tensor2d(turn, [D, D]);
  const rotateHalf = (x: Tensor, back: boolean) =>
    tf.reshape(tf.matMul(tf.reshape(x, [-1, D]), turning, false, back), x.shape);
  const rope = (x: Tensor, { cos, sin }: Turns) =>
    tf.customGrad((x) => ({
      value: tf.add(tf.mul(x as Tensor, cos), tf.mul(rotateHalf(x as Tensor, false), sin)),
      gradFunc: (dy: Tensor) => tf.add(tf.mul(dy, cos), rotateHalf(tf.mul(dy, sin), true)),
    }))(x);
  return { rmsNorm, swiglu, rope };
}

/** Logits [B·T, V], of the last tokens alone [B, V] where there is a cache, which grows by T. */
export function forwardOf(config: ModelConfig) {
  const { L, C, H, K, D } = config;
  const { rmsNorm, swiglu, rope } = fusedOps(config);
  const scale: Scalar = tf.scalar(1 / Math.sqrt(D));
  const linear = (x: Tensor, w: Tensor) => tf.matMul(x, w, false, true);
  return (
    w: TfWeights,
    tokens: Tensor1D,
    B: number,
    T: number,
    turns: Turns,
    mask: Tensor2D | null,
    cache: readonly KeyValue[] | null = null,
  ): { logits: Tensor; cache: KeyValue[] } => {
    let x: Tensor = tf.gather(w['model.embed_tokens.weight']!, tokens); // [B·T, C]
    const grown: KeyValue[] = [];
    for (let l = 0; l < L; l++) {
      const weight = (name: string) => w[`model.layers.${l}.${name}.weight`]!;
      const normed = rmsNorm(x, weight('input_layernorm'));
      const qkv = tf.reshape(linear(normed, weight('self_attn.qkv_proj')), [B, T, H + 2 * K, D]);
      const [qk, fresh] = tf.split(tf.transpose(qkv, [0, 2, 1, 3]), [H + K, K], 1) as [Tensor, Tensor];
      const [q, key] = tf.split(rope(qk, turns), [H, K], 1) as [Tensor, Tensor];
      const old = cache?.[l];
      const k = old ? tf.concat([old.k, key], 2) : key;
      const v = old ? tf.concat([old.v, fresh], 2) : fresh;
      if (cache) grown.push({ k, v });
      const scores = tf.mul(linear(tf.reshape(q, [B, K, (H / K) * T, D]), k), scale);
      const shares = tf.softmax(mask ? tf.add(scores, mask) : scores);
      const heads = tf.transpose(tf.reshape(tf.matMul(shares, v), [B, H, T, D]), [0, 2, 1, 3]);
      x = tf.add(x, linear(tf.reshape(heads, [B * T, H * D]), weight('self_attn.o_proj')));
      const normed2 = rmsNorm(x, weight('post_attention_layernorm'));
      const [gate, up] = tf.split(linear(normed2, weight('mlp.gate_up_proj')), 2, 1) as [Tensor, Tensor];
      x = tf.add(x, linear(swiglu(gate, up), weight('mlp.down_proj')));
    }
    if (cache && T > 1) x = tf.reshape(tf.slice(tf.reshape(x, [B, T, C]), [0, T - 1, 0], [B, 1, C]), [B, C]);
    return { logits: linear(rmsNorm(x, w['model.norm.weight']!), w['lm_head.weight']!), cache: grown };
  };
}
