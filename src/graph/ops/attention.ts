/** Rotary positions and causal grouped-query attention over packed segments. */
import { rope as ropeKernel } from '../../kernels/rope';
import { type Graph, type Tensor, TOKENS } from '../graph';

export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** The constants that attention is compiled for while decoding. */
export const headConstants = ({ heads, kvHeads, headDim }: Heads) => ({
  HEADS: heads,
  KV_HEADS: kvHeads,
  HEAD_VEC4: headDim / 4,
});

/**
 * Turns q and k of qkv [N, (H + 2K)·D] in place by each token's position.
 * @param rotations [T, R/2, 2] of cos and sin
 */
export function rope(
  graph: Graph,
  qkv: Tensor,
  positions: Tensor,
  rotations: Tensor,
  { heads, kvHeads, headDim }: Heads,
): Tensor {
  if (rotations.shape[1] === 0) return qkv; // no channel turns
  const turned: Tensor = { ...qkv, label: 'qkv turned' };
  const params = {
    rows: TOKENS,
    heads: heads + kvHeads,
    stride: qkv.shape[1]!,
    headDim,
    rotaryDim: rotations.shape[1]! * 2,
  };
  graph.dispatch('rope', ropeKernel, { positions, rotations, qkv: turned }, params);
  graph.record([turned], (backward) => {
    const dqkv = backward.of(turned);
    graph.dispatch('rope grad', ropeKernel, { positions, rotations, qkv: dqkv }, params, { DIRECTION: -1 });
    backward.share(qkv, dqkv);
  });
  return turned;
}

/** First row and end of each token's segment, [N] each. */
export interface Segments {
  readonly starts: Tensor;
  readonly ends: Tensor;
}

/**
 * softmax(q·kᵀ / √D)·v within each segment, causally: [N, H·D] from qkv [N, (H + 2K)·D].
 * @param longest most tokens of a segment
 */
export function attention(
  graph: Graph,
  qkv: Tensor,
  { starts, ends }: Segments,
  shape: Heads,
  longest: number,
): Tensor {
  const { heads, headDim } = shape;
  const rows = qkv.shape[0]!;
  const variants = graph.variants.attention({ ...shape, longest });
  const { forward } = variants;
  const params = { rows: TOKENS, scale: headDim ** -0.5 };
  const out = graph.tensor('attention', [rows, heads * headDim], qkv.dtype);
  const lse = graph.tensor('attention lse', [rows, heads]);
  graph.dispatch('attention', forward.kernel, { starts, qkv, out, lse }, params, forward.constants);
  graph.record([out], (backward) => {
    const dout = backward.of(out);
    const dqkv = backward.into(qkv);
    if (dqkv?.accumulate !== 0) throw new Error('attention must be the only reader of its qkv');
    const delta = graph.tensor('attention delta', [rows, heads]);
    const { dq, dkv } = variants; // only here: a graph without gradients measures neither
    graph.dispatch(
      'attention dq',
      dq.kernel,
      { starts, qkv, out, lse, dout, dqkv: dqkv.tensor, delta },
      params,
      dq.constants,
    );
    graph.dispatch(
      'attention dk dv',
      dkv.kernel,
      { ends, qkv, lse, delta, dout, dqkv: dqkv.tensor },
      params,
      dkv.constants,
    );
  });
  return out;
}
