/** The model's blocks in jax-js operations, shared by training and decoding. */
import { type Array as JaxArray, nn, numpy as np } from '@jax-js/jax';
import { type ModelConfig, parameterShapes, rotations, type Weights } from '../works/model';
import { transposed } from './plainProduct';

export type JaxWeights = Record<string, JaxArray>;
export type Attend = (q: JaxArray, k: JaxArray, v: JaxArray, layer: number) => JaxArray;

export const floats = (values: Float32Array, shape: number[]): JaxArray =>
  np.array(values as Float32Array<ArrayBuffer>).reshape(shape);

/** Matrices turned to [in, out]; the embedding stays [V, C], for rows are taken from it. */
export const weightsOf = (config: ModelConfig, given: Weights): JaxWeights =>
  Object.fromEntries(
    parameterShapes(config).map(({ name, shape }) => {
      const [outputs, inputs] = shape as [number, number];
      const turned = shape.length === 2 && !name.includes('embed_tokens');
      return [
        name,
        turned
          ? floats(transposed(given[name]!, outputs, inputs), [inputs, outputs])
          : floats(given[name]!, [...shape]),
      ];
    }),
  );

/** cos and sin of `length` positions from `start`, [length, 1, 2, D/2], the sign of rotate-half folded into sin. */
export function turnsOf(config: ModelConfig, start: number, length: number): JaxWeights {
  const half = config.D / 2;
  const { cos, sin } = rotations(config, start + length);
  const doubled = (values: Float64Array, sign: number) =>
    Float32Array.from({ length: length * config.D }, (_, at) => {
      const column = at % config.D;
      const value = values[(start + Math.floor(at / config.D)) * half + (column % half)]!;
      return column < half ? sign * value : value;
    });
  const shape = [length, 1, 2, half];
  return { cos: floats(doubled(cos, 1), shape), sin: floats(doubled(sin, -1), shape) };
}

export const linear = (x: JaxArray, w: JaxArray): JaxArray => np.matmul(x, w);

export function rmsNorm(x: JaxArray, w: JaxArray, eps: number): JaxArray {
  const square = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(square.add(eps)))).mul(w);
}

/** x·cos + flip(x)·sin over the two halves of each head. */
function rope(x: JaxArray, { cos, sin }: JaxWeights): JaxArray {
  const { shape } = x;
  const halves = x.reshape([...shape.slice(0, 3), 2, shape[3]! / 2]);
  return halves.ref.mul(cos!.ref).add(np.flip(halves, 3).mul(sin!.ref)).reshape(shape);
}

/** Every block on x [B, T, C]. Consumes the weights of the blocks, x and the turns. */
export function layers(
  { L, H, K, D, eps }: ModelConfig,
  w: JaxWeights,
  embedded: JaxArray,
  turns: JaxWeights,
  [B, T]: readonly [number, number],
  attend: Attend,
): JaxArray {
  let x = embedded;
  for (let l = 0; l < L; l++) {
    const weight = (name: string) => w[`model.layers.${l}.${name}.weight`]!;
    const qkv = linear(rmsNorm(x.ref, weight('input_layernorm'), eps), weight('self_attn.qkv_proj'));
    const [q, k, v] = np.split(qkv, [H * D, (H + K) * D], -1) as [JaxArray, JaxArray, JaxArray];
    const rotated = [rope(q.reshape([B, T, H, D]), turns), rope(k.reshape([B, T, K, D]), turns)] as const;
    const attended = attend(...rotated, v.reshape([B, T, K, D]), l).reshape([B, T, H * D]);
    x = x.add(linear(attended, weight('self_attn.o_proj')));
    const normed = rmsNorm(x.ref, weight('post_attention_layernorm'), eps);
    const [gate, up] = np.split(linear(normed, weight('mlp.gate_up_proj')), 2, -1) as [JaxArray, JaxArray];
    x = x.add(linear(nn.silu(gate).mul(up), weight('mlp.down_proj')));
  }
  turns.cos!.dispose();
  turns.sin!.dispose();
  return x;
}

const HIDDEN = -1e30;

/** q [B, T, H, D], k and v [B, T, K, D]. */
export function causalAttention(
  { H, K, D }: ModelConfig,
  q: JaxArray,
  k: JaxArray,
  v: JaxArray,
  B: number,
  T: number,
): JaxArray {
  const grouped = q.reshape([B, T, K, H / K, D]);
  const scores = np.einsum('bikgd,bjkd->bkgij', grouped, k).mul(1 / Math.sqrt(D));
  const masked = np.where(np.tri(T, T, 0, { dtype: np.bool }), scores, HIDDEN);
  return np.einsum('bkgij,bjkd->bikgd', nn.softmax(masked, -1), v);
}

/** As above, from T new tokens to a cache of keys and values [S, all, K, D]. @param visible [T, all] */
export function cachedAttention(
  { H, K, D }: ModelConfig,
  q: JaxArray,
  k: JaxArray,
  v: JaxArray,
  visible: JaxArray,
): JaxArray {
  const [S, T] = q.shape as [number, number];
  const scores = np.einsum('rtkgd,rskd->rkgts', q.reshape([S, T, K, H / K, D]), k).mul(1 / Math.sqrt(D));
  return np.einsum('rkgts,rskd->rtkgd', nn.softmax(np.where(visible, scores, HIDDEN), -1), v);
}
