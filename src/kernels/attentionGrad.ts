/**
 * Gradient of attention in two dispatches without atomics: dq (and delta = rowsum(dout ∘ out)) by query, then dk and dv
 * by key. Probabilities are computed again from the kept log-sum-exp (Dao 2023, algorithm 2).
 */
import wgslKv from '../../shaders/attention_grad_kv.wgsl';
import wgslKvSubgroup from '../../shaders/attention_grad_kv_subgroup.wgsl';
import wgslKvTile from '../../shaders/attention_grad_kv_tile.wgsl';
import wgslQ from '../../shaders/attention_grad_q.wgsl';
import wgslQSubgroup from '../../shaders/attention_grad_q_subgroup.wgsl';
import wgslQTile from '../../shaders/attention_grad_q_tile.wgsl';
import loadGrad from '../../shaders/head_load_grad.wgsl';
import {
  type Constants,
  defineKernel,
  type Element,
  type Kernel,
  linear,
  type NumberArray,
  read,
  update,
  write,
} from '../gpu/kernel';
import {
  attention,
  HEAD_CONSTANTS,
  headLayout,
  passVariants,
  tileCases,
  tilePrelude,
  withSubgroups,
} from './attention';
import { filled, normal, segments, unwritten } from './fill';

/** Logarithm of the largest share of attention: beyond it, rounding of huge scores is all that there is. */
const MOST_LOG_SHARE = 1;

type Layout = ReturnType<typeof headLayout>;

/** p and dp of query head h at row n against the key of row j: what both halves sum. */
function attended(
  { qkv, lse, dout }: Record<'qkv' | 'lse' | 'dout', NumberArray>,
  { heads, kvHeads, headDim, perKv, stride }: Layout,
  [n, h, j]: [number, number, number],
  scale: number,
) {
  const q = n * stride + h * headDim;
  const k = j * stride + (heads + Math.floor(h / perKv)) * headDim;
  const v = k + kvHeads * headDim;
  const row = n * heads + h;
  let score = 0;
  let dp = 0;
  for (let i = 0; i < headDim; i++) {
    score += qkv[q + i]! * qkv[k + i]!;
    dp += dout[row * headDim + i]! * qkv[v + i]!;
  }
  return { p: Math.exp(Math.min(score * scale - lse[row]!, MOST_LOG_SHARE)), dp, q, k, v, row };
}

/**
 * A case whose `out` and `lse` are what the forward loops give, so that the softmax is consistent.
 * @param below by how much every third `lse` lies below that, as where scores are so large that rounding decides
 */
function gradCase(lengths: number[], heads: number, kvHeads: number, headDim: number, below = 0) {
  const { starts, ends } = segments(lengths);
  const rows = starts.length;
  const constants = { HEADS: heads, KV_HEADS: kvHeads, HEAD_VEC4: headDim / 4 };
  const params = { rows, scale: headDim ** -0.5 };
  const qkv = normal(rows * (heads + 2 * kvHeads) * headDim, 1, 1.2);
  const dout = normal(rows * heads * headDim, 2);
  const out = new Float64Array(rows * heads * headDim);
  const lse = new Float64Array(rows * heads);
  attention.reference({ starts: Uint32Array.from(starts), qkv: Float64Array.from(qkv), out, lse }, params, constants);
  for (let row = 0; row < lse.length; row += 3) lse[row]! -= below;
  const delta = Array.from(lse, (_, row) =>
    dout.slice(row * headDim, (row + 1) * headDim).reduce((sum, d, i) => sum + d * out[row * headDim + i]!, 0),
  );
  return {
    constants,
    params,
    forQ: {
      starts,
      qkv,
      out: [...out],
      lse: [...lse],
      dout,
      dqkv: filled(qkv.length, 7.5),
      delta: unwritten(lse.length),
    },
    forKv: { ends, qkv, lse: [...lse], delta, dout, dqkv: filled(qkv.length, 7.5) },
  };
}

const TRIALS = {
  'grouped heads, ragged segments': gradCase([7, 1, 12], 4, 2, 8),
  'one head for each key': gradCase([20], 3, 3, 16),
  'one key head for all': gradCase([2, 5], 4, 1, 4),
  'scores that rounding reduces to nothing': gradCase([5, 4], 2, 1, 8, 120),
  'heads that fill no matrix, segments shorter than a tile': gradCase([2, 1, 9, 5], 4, 2, 20),
};

const tolerance = { value: 1e-5, reason: 'exp of f32 scores, then tens of additions of products of size 1' };

type QNames = 'starts' | 'qkv' | 'out' | 'lse' | 'dout' | 'dqkv' | 'delta';
type KvNames = 'ends' | 'qkv' | 'lse' | 'delta' | 'dout' | 'dqkv';
type Params = 'rows' | 'scale';

function referenceQ(
  { starts, qkv, out, lse, dout, dqkv, delta }: Readonly<Record<QNames, NumberArray>>,
  { rows, scale }: Readonly<Record<Params, number>>,
  constants: Constants,
): void {
  const layout = headLayout(constants);
  const { heads, headDim, stride } = layout;
  for (let n = 0; n < rows; n++)
    for (let h = 0; h < heads; h++) {
      const row = n * heads + h;
      let rowDelta = 0;
      for (let i = 0; i < headDim; i++) rowDelta += dout[row * headDim + i]! * out[row * headDim + i]!;
      const dq = new Float64Array(headDim);
      for (let j = starts[n]!; j <= n; j++) {
        const { p, dp, k } = attended({ qkv, lse, dout }, layout, [n, h, j], scale);
        for (let i = 0; i < headDim; i++) dq[i]! += p * (dp - rowDelta) * scale * qkv[k + i]!;
      }
      for (let i = 0; i < headDim; i++) dqkv[n * stride + h * headDim + i] = dq[i]!;
      delta[row] = rowDelta;
    }
}

function referenceKv(
  { ends, qkv, lse, delta, dout, dqkv }: Readonly<Record<KvNames, NumberArray>>,
  { rows, scale }: Readonly<Record<Params, number>>,
  constants: Constants,
): void {
  const layout = headLayout(constants);
  const { heads, kvHeads, headDim, perKv, stride } = layout;
  for (let j = 0; j < rows; j++)
    for (let g = 0; g < kvHeads; g++) {
      const dk = new Float64Array(headDim);
      const dv = new Float64Array(headDim);
      for (let n = j; n < ends[j]!; n++)
        for (let h = g * perKv; h < (g + 1) * perKv; h++) {
          const { p, dp, q, row } = attended({ qkv, lse, dout }, layout, [n, h, j], scale);
          const ds = p * (dp - delta[row]!) * scale;
          for (let i = 0; i < headDim; i++) {
            dv[i]! += p * dout[row * headDim + i]!;
            dk[i]! += ds * qkv[q + i]!;
          }
        }
      const k = j * stride + (heads + g) * headDim;
      for (let i = 0; i < headDim; i++) {
        dqkv[k + i] = dk[i]!;
        dqkv[k + kvHeads * headDim + i] = dv[i]!;
      }
    }
}

type Own<N extends string> = Pick<Kernel<N, Params>, 'workgroups'> & Partial<Kernel<N, Params>>;

const casesQ = Object.entries(TRIALS).map(([label, { constants, params, forQ }]) => ({
  label,
  constants,
  params,
  buffers: forQ,
}));

const variantQ = (name: string, wgsl: string, element: Element, own: Own<QNames>): Kernel<QNames, Params> =>
  defineKernel<QNames, Params>({
    name,
    wgsl,
    bindings: {
      starts: read('u32'),
      qkv: read(element),
      out: read(element),
      lse: read(),
      dout: read(element),
      dqkv: update(element),
      delta: write(),
    },
    params: { rows: 'u32', scale: 'f32' },
    constants: HEAD_CONSTANTS,
    reference: referenceQ,
    f16Bindings: [['qkv', 'out']],
    tolerance,
    cases: casesQ,
    ...own,
  });

export const attentionGradQ = variantQ('attention_grad_q', wgslQ, 'vec4f', {
  workgroups: ({ rows }, { HEADS }) => linear(rows * HEADS!, 32),
});
export const attentionGradQTile = variantQ('attention_grad_q_tile', tilePrelude + loadGrad + wgslQTile, 'vec4f', {
  constants: { ...HEAD_CONSTANTS, TILE: 2 },
  workgroups: ({ rows }, { HEADS, TILE }) => linear(Math.ceil(rows / TILE!) * HEADS!, 32),
  cases: tileCases(casesQ),
});
export const attentionGradQSubgroup = variantQ('attention_grad_q_subgroup', withSubgroups(wgslQSubgroup), 'f32', {
  subgroupSize: 8,
  workgroups: ({ rows }, { HEADS }) => linear(Math.ceil(rows / 8) * HEADS! * 8, 8),
});

const casesKv = Object.entries(TRIALS).map(([label, { constants, params, forKv }]) => ({
  label,
  constants,
  params,
  buffers: forKv,
}));

const variantKv = (name: string, wgsl: string, element: Element, own: Own<KvNames>): Kernel<KvNames, Params> =>
  defineKernel<KvNames, Params>({
    name,
    wgsl,
    bindings: {
      ends: read('u32'),
      qkv: read(element),
      lse: read(),
      delta: read(),
      dout: read(element),
      dqkv: update(element),
    },
    params: { rows: 'u32', scale: 'f32' },
    constants: HEAD_CONSTANTS,
    reference: referenceKv,
    f16Bindings: [['qkv']],
    tolerance,
    cases: casesKv,
    ...own,
  });

export const attentionGradKv = variantKv('attention_grad_kv', wgslKv, 'vec4f', {
  workgroups: ({ rows }, { KV_HEADS }) => linear(rows * KV_HEADS!, 32),
});
export const attentionGradKvTile = variantKv('attention_grad_kv_tile', tilePrelude + loadGrad + wgslKvTile, 'vec4f', {
  constants: { ...HEAD_CONSTANTS, TILE: 2 },
  workgroups: ({ rows }, { KV_HEADS, TILE }) => linear(Math.ceil(rows / TILE!) * KV_HEADS!, 32),
  cases: tileCases(casesKv),
});
export const attentionGradKvSubgroup = variantKv('attention_grad_kv_subgroup', withSubgroups(wgslKvSubgroup), 'f32', {
  subgroupSize: 8,
  workgroups: ({ rows }, { KV_HEADS }) => linear(Math.ceil(rows / 8) * KV_HEADS! * 8, 8),
});

export const attentionGradQVariants = passVariants(attentionGradQ, attentionGradQSubgroup, attentionGradQTile);
export const attentionGradKvVariants = passVariants(attentionGradKv, attentionGradKvSubgroup, attentionGradKvTile);
