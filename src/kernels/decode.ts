/** What attention becomes while decoding one token a slot: turn and cache the new keys, attend to all cached ones. */
import wgslAttention from '../../shaders/attention_cached.wgsl';
import wgslCache from '../../shaders/rope_cache.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { headLayout } from './attention';
import { filled, normal, unwritten } from './fill';
import { ropeRotations } from './rope';

export const ropeCache = defineKernel({
  name: 'rope_cache',
  wgsl: wgslCache,
  bindings: { positions: read('u32'), rotations: read(), qkv: update(), cache: update() },
  params: { slots: 'u32', capacity: 'u32', rotaryDim: 'u32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
  workgroups: ({ slots }, constants) => linear(slots * headLayout(constants).stride, 64),
  reference({ positions, rotations, qkv, cache }, { slots, capacity, rotaryDim }, constants) {
    const { heads, kvHeads, headDim, stride } = headLayout(constants);
    const half = rotaryDim / 2;
    for (let s = 0; s < slots; s++)
      for (let head = 0; head < heads + 2 * kvHeads; head++) {
        const at = s * stride + head * headDim;
        const turned = Array.from(qkv.subarray(at, at + headDim));
        if (head < heads + kvHeads)
          for (let i = 0; i < half; i++) {
            const turn = (positions[s]! * half + i) * 2;
            const [x, y, cosine, sine] = [turned[i]!, turned[i + half]!, rotations[turn]!, rotations[turn + 1]!];
            turned[i] = x * cosine - y * sine;
            turned[i + half] = y * cosine + x * sine;
          }
        if (head < heads) qkv.set(turned, at);
        else cache.set(turned, ((s * capacity + positions[s]!) * 2 * kvHeads + head - heads) * headDim);
      }
  },
  tolerance: { value: 1e-6, reason: 'two products and a sum' },
  cases: [
    {
      label: 'three slots at different positions',
      params: { slots: 3, capacity: 5, rotaryDim: 8 },
      constants: { HEADS: 4, KV_HEADS: 2, HEAD_VEC4: 2 },
      buffers: {
        positions: [0, 4, 2],
        rotations: [...ropeRotations(5, 8, 10000)],
        qkv: normal(3 * 64, 1),
        cache: filled(3 * 5 * 32, 7.5),
      },
    },
    {
      label: 'half of the channels turn',
      params: { slots: 1, capacity: 2, rotaryDim: 4 },
      constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 2 },
      buffers: {
        positions: [1],
        rotations: [...ropeRotations(2, 4, 100)],
        qkv: normal(24, 2),
        cache: filled(32, 7.5),
      },
    },
  ],
});

export const attentionCached = defineKernel({
  name: 'attention_cached',
  wgsl: wgslAttention,
  bindings: { positions: read('u32'), qkv: read('vec4f'), cache: read('vec4f'), out: write('vec4f') },
  params: { slots: 'u32', capacity: 'u32', scale: 'f32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 },
  workgroups: ({ slots }, { HEADS }) => linear(slots * HEADS!, 32),
  reference({ positions, qkv, cache, out }, { slots, capacity, scale }, constants) {
    const { heads, kvHeads, headDim, perKv, stride } = headLayout(constants);
    const width = 2 * kvHeads * headDim;
    for (let s = 0; s < slots; s++)
      for (let h = 0; h < heads; h++) {
        const q = s * stride + h * headDim;
        const k = s * capacity * width + Math.floor(h / perKv) * headDim;
        const scores: number[] = [];
        for (let j = 0; j <= positions[s]!; j++) {
          let score = 0;
          for (let i = 0; i < headDim; i++) score += qkv[q + i]! * cache[k + j * width + i]!;
          scores.push(score * scale);
        }
        const top = Math.max(...scores);
        const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
        for (let i = 0; i < headDim; i++)
          out[(s * heads + h) * headDim + i] = scores.reduce(
            (sum, score, j) => sum + (Math.exp(score - top) / total) * cache[k + j * width + kvHeads * headDim + i]!,
            0,
          );
      }
  },
  tolerance: { value: 5e-6, reason: 'exp and tens of f32 additions; the online rescaling adds one rounding a key' },
  cases: [
    {
      label: 'grouped heads, slots at different positions',
      params: { slots: 3, capacity: 9, scale: 8 ** -0.5 },
      constants: { HEADS: 4, KV_HEADS: 2, HEAD_VEC4: 2 },
      buffers: {
        positions: [0, 8, 3],
        qkv: normal(3 * 64, 1, 1.5),
        cache: normal(3 * 9 * 32, 2, 1.5),
        out: unwritten(3 * 32 + 4),
      },
    },
  ],
});
