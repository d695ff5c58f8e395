/** Rotary position embedding; DIRECTION −1 gives its gradient, the inverse rotation. Su et al. 2021, eq. 34. */
import wgsl from '../../shaders/rope.wgsl';
import { byRow, defineKernel, read, update } from '../gpu/kernel';
import { normal } from './fill';

/**
 * Table of rotations: entry (t, i) is cos and sin of t · theta^(−2i/R).
 * @param rotaryDim R, the rotated channels per head; even
 * @returns [positions, R/2, 2]
 */
export function ropeRotations(positions: number, rotaryDim: number, theta: number): Float32Array {
  const half = rotaryDim / 2;
  const rotations = new Float32Array(positions * half * 2);
  for (let t = 0; t < positions; t++)
    for (let i = 0; i < half; i++) {
      const angle = t * theta ** ((-2 * i) / rotaryDim);
      rotations[(t * half + i) * 2] = Math.cos(angle);
      rotations[(t * half + i) * 2 + 1] = Math.sin(angle);
    }
  return rotations;
}

export const rope = defineKernel({
  name: 'rope',
  wgsl,
  bindings: { positions: read('u32'), rotations: read(), qkv: update() },
  params: { rows: 'u32', heads: 'u32', stride: 'u32', headDim: 'u32', rotaryDim: 'u32' },
  constants: { DIRECTION: 1 },
  f16Bindings: [['qkv']],
  workgroups: ({ rows, heads, rotaryDim }) => byRow(rows, (heads * rotaryDim) / 2),
  reference({ positions, rotations, qkv }, { rows, heads, stride, headDim, rotaryDim }, constants) {
    const half = rotaryDim / 2;
    for (let n = 0; n < rows; n++)
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < half; i++) {
          const turn = (positions[n]! * half + i) * 2;
          const cosine = rotations[turn]!;
          const sine = rotations[turn + 1]! * constants.DIRECTION!;
          const at = n * stride + head * headDim + i;
          const x = qkv[at]!;
          const y = qkv[at + half]!;
          qkv[at] = x * cosine - y * sine;
          qkv[at + half] = y * cosine + x * sine;
        }
  },
  tolerance: { value: 1e-6, reason: 'two products and a sum' },
  cases: [
    {
      label: 'all channels rotate; values stay',
      params: { rows: 5, heads: 3, stride: 4 * 8, headDim: 8, rotaryDim: 8 },
      buffers: {
        positions: [0, 1, 2, 0, 9],
        rotations: [...ropeRotations(10, 8, 10000)],
        qkv: normal(5 * 32, 1),
      },
    },
    {
      label: 'half of the channels rotate back',
      params: { rows: 3, heads: 2, stride: 3 * 8, headDim: 8, rotaryDim: 4 },
      constants: { DIRECTION: -1 },
      buffers: { positions: [4, 0, 3], rotations: [...ropeRotations(5, 4, 500)], qkv: normal(72, 2) },
    },
  ],
});
