/**
 * Causal grouped-query attention over packed segments, with online softmax (Milakov & Gimelshein 2018), keeping the
 * log-sum-exp of every row for the gradient (Dao 2023, algorithm 1).
 */
import wgsl from '../../shaders/attention.wgsl';
import { type Constants, defineKernel, type KernelCase, linear, read, write } from '../gpu/kernel';
import { normal, segments, unwritten } from './fill';

/** Widest head that the attention kernels hold in registers. */
export const MAX_HEAD_DIM = 128;

/** What every attention kernel reads off its constants: where in a row of qkv (or a cache row) things stand. */
export function headLayout({ HEADS, KV_HEADS, HEAD_VEC4 }: Constants) {
  const [heads, kvHeads, headDim] = [HEADS!, KV_HEADS!, HEAD_VEC4! * 4];
  return { heads, kvHeads, headDim, perKv: heads / kvHeads, stride: (heads + 2 * kvHeads) * headDim };
}

const attentionCase = (
  label: string,
  lengths: number[],
  heads: number,
  kvHeads: number,
  headDim: number,
): KernelCase<'starts' | 'qkv' | 'out' | 'lse', 'rows' | 'scale'> => {
  const { starts } = segments(lengths);
  const rows = starts.length;
  return {
    label,
    params: { rows, scale: headDim ** -0.5 },
    constants: { HEADS: heads, KV_HEADS: kvHeads, HEAD_VEC4: headDim / 4 },
    buffers: {
      starts,
      qkv: normal(rows * (heads + 2 * kvHeads) * headDim, 1, 1.5),
      out: unwritten(rows * heads * headDim + 4),
      lse: unwritten(rows * heads + 1),
    },
  };
};

export const attention = defineKernel({
  name: 'attention',
  wgsl,
  bindings: { starts: read('u32'), qkv: read('vec4f'), out: write('vec4f'), lse: write() },
  params: { rows: 'u32', scale: 'f32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
  workgroups: ({ rows }, { HEADS }) => linear(rows * HEADS!, 32),
  reference({ starts, qkv, out, lse }, { rows, scale }, constants) {
    const { heads, kvHeads, headDim, perKv, stride } = headLayout(constants);
    for (let n = 0; n < rows; n++)
      for (let h = 0; h < heads; h++) {
        const q = n * stride + h * headDim;
        const k = (heads + Math.floor(h / perKv)) * headDim;
        const v = k + kvHeads * headDim;
        const scores: number[] = [];
        for (let j = starts[n]!; j <= n; j++) {
          let score = 0;
          for (let i = 0; i < headDim; i++) score += qkv[q + i]! * qkv[j * stride + k + i]!;
          scores.push(score * scale);
        }
        const top = Math.max(...scores);
        const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
        for (let i = 0; i < headDim; i++) {
          let sum = 0;
          scores.forEach((score, t) => {
            sum += (Math.exp(score - top) / total) * qkv[(starts[n]! + t) * stride + v + i]!;
          });
          out[(n * heads + h) * headDim + i] = sum;
        }
        lse[n * heads + h] = top + Math.log(total);
      }
  },
  tolerance: { value: 5e-6, reason: 'exp and tens of f32 additions; the online rescaling adds one rounding a key' },
  cases: [
    attentionCase('grouped heads, ragged segments with one of a single token', [9, 1, 14], 4, 2, 8),
    attentionCase('one head for each key', [40], 3, 3, 16),
    attentionCase('one key head for all, widest head', [3, 2], 2, 1, MAX_HEAD_DIM),
  ],
});
