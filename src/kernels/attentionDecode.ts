/** Attention while decoding one token a slot: turn the new query and key, keep key and value, attend to all kept ones. */
import wgsl from '../../shaders/attention_decode.wgsl';
import { type Constants, defineKernel, linear, type NumberArray, read, update, write } from '../gpu/kernel';
import { headLayout } from './attention';
import { filled, normal, unwritten } from './fill';
import { ropeRotations } from './rope';

type Layout = ReturnType<typeof headLayout>;

/** The head's channels at `from`, the first `rotaryDim` of them turned by `position`. */
function turnedHead(
  { qkv, rotations }: Record<'qkv' | 'rotations', NumberArray>,
  { headDim }: Layout,
  from: number,
  position: number,
  rotaryDim: number,
): number[] {
  const turned = Array.from(qkv.subarray(from, from + headDim));
  const half = rotaryDim / 2;
  for (let i = 0; i < half; i++) {
    const turn = (position * half + i) * 2;
    const [x, y, cosine, sine] = [turned[i]!, turned[i + half]!, rotations[turn]!, rotations[turn + 1]!];
    turned[i] = x * cosine - y * sine;
    turned[i + half] = y * cosine + x * sine;
  }
  return turned;
}

const constantsOf = (heads: number, kvHeads: number, headDim: number): Constants => ({
  HEADS: heads,
  KV_HEADS: kvHeads,
  HEAD_VEC4: headDim / 4,
});

export const attentionDecode = defineKernel({
  name: 'attention_decode',
  wgsl,
  bindings: { positions: read('u32'), rotations: read(), qkv: read(), cache: update('vec4f'), out: write('vec4f') },
  params: { slots: 'u32', capacity: 'u32', rotaryDim: 'u32', scale: 'f32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
  workgroups: ({ slots }, { HEADS }) => linear(slots * HEADS!, 32),
  reference({ positions, rotations, qkv, cache, out }, { slots, capacity, rotaryDim, scale }, constants) {
    const layout = headLayout(constants);
    const { heads, kvHeads, headDim, perKv, stride } = layout;
    const width = 2 * kvHeads * headDim;
    for (let s = 0; s < slots; s++) {
      const last = positions[s]!;
      const head = (h: number) => s * stride + h * headDim;
      const row = (s * capacity + last) * width;
      for (let g = 0; g < kvHeads; g++) {
        cache.set(turnedHead({ qkv, rotations }, layout, head(heads + g), last, rotaryDim), row + g * headDim);
        const value = head(heads + kvHeads + g);
        cache.set(qkv.subarray(value, value + headDim), row + (kvHeads + g) * headDim);
      }
      for (let h = 0; h < heads; h++) {
        const q = turnedHead({ qkv, rotations }, layout, head(h), last, rotaryDim);
        const k = s * capacity * width + Math.floor(h / perKv) * headDim;
        const scores = Array.from({ length: last + 1 }, (_, j) =>
          q.reduce((sum, x, i) => sum + x * scale * cache[k + j * width + i]!, 0),
        );
        const top = scores.reduce((most, score) => Math.max(most, score));
        const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
        for (let i = 0; i < headDim; i++)
          out[(s * heads + h) * headDim + i] = scores.reduce(
            (sum, score, j) => sum + (Math.exp(score - top) / total) * cache[k + j * width + kvHeads * headDim + i]!,
            0,
          );
      }
    }
  },
  tolerance: { value: 5e-6, reason: 'exp and tens of f32 additions; the online rescaling adds one rounding a key' },
  cases: [
    {
      label: 'grouped heads, slots at different positions, the first and the last among them',
      params: { slots: 3, capacity: 9, rotaryDim: 8, scale: 8 ** -0.5 },
      constants: constantsOf(4, 2, 8),
      buffers: {
        positions: [0, 8, 3],
        rotations: [...ropeRotations(9, 8, 10000)],
        qkv: normal(3 * 64, 1, 1.5),
        cache: normal(3 * 9 * 32, 2, 1.5),
        out: unwritten(3 * 32 + 4),
      },
    },
    {
      label: 'half of the channels turn, in pairs that no vec4 holds',
      params: { slots: 2, capacity: 3, rotaryDim: 6, scale: 12 ** -0.5 },
      constants: constantsOf(2, 2, 12),
      buffers: {
        positions: [2, 1],
        rotations: [...ropeRotations(3, 6, 100)],
        qkv: normal(2 * 72, 3),
        cache: normal(2 * 3 * 48, 4),
        out: unwritten(48),
      },
    },
    {
      label: 'nothing turns',
      params: { slots: 1, capacity: 2, rotaryDim: 0, scale: 0.5 },
      constants: constantsOf(2, 1, 4),
      buffers: { positions: [1], rotations: filled(2), qkv: normal(16, 5), cache: normal(16, 6), out: unwritten(8) },
    },
  ],
});
