/** Copy of the keys and values of packed prompts into the decoding cache, each token to its own row. */
import wgsl from '../../shaders/cache_fill.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { headLayout } from './attention';
import { filled, normal } from './fill';

export const cacheFill = defineKernel({
  name: 'cache_fill',
  wgsl,
  bindings: { places: read('u32'), qkv: read('vec4f'), cache: update('vec4f') },
  params: { rows: 'u32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
  f16Bindings: [['qkv', 'cache']],
  workgroups: ({ rows }, { KV_HEADS, HEAD_VEC4 }) => linear(rows * 2 * KV_HEADS! * HEAD_VEC4!, 64),
  reference({ places, qkv, cache }, { rows }, constants) {
    const { heads, kvHeads, headDim, stride } = headLayout(constants);
    const width = 2 * kvHeads * headDim;
    for (let n = 0; n < rows; n++)
      for (let i = 0; i < width; i++) cache[places[n]! * width + i] = qkv[n * stride + heads * headDim + i]!;
  },
  tolerance: { value: 0, reason: 'a copy is exact' },
  cases: [
    {
      label: 'two prompts into separate places; the other rows keep their contents',
      params: { rows: 5 },
      constants: { HEADS: 4, KV_HEADS: 2, HEAD_VEC4: 2 },
      buffers: { places: [6, 7, 8, 1, 2], qkv: normal(5 * 64, 1), cache: filled(10 * 32, 7.5) },
    },
    {
      label: 'fewer tokens than rows of the buffers',
      params: { rows: 1 },
      constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
      buffers: { places: [0, 1], qkv: normal(2 * 12, 2), cache: filled(2 * 8, 7.5) },
    },
  ],
});
