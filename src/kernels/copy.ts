/** Copy between buffers: from the optimizer's weights into those that the forward pass reads. */
import wgsl from '../../shaders/copy.wgsl';
import { defineKernel, linear, read, write } from '../gpu/kernel';
import { normal, unwritten } from './fill';

export const copy = defineKernel({
  name: 'copy',
  wgsl,
  bindings: { x: read(), y: write() },
  params: { count: 'u32' },
  constants: {},
  f16Bindings: [['y']],
  workgroups: ({ count }) => linear(count, 64),
  reference({ x, y }, { count }) {
    for (let i = 0; i < count; i++) y[i] = x[i]!;
  },
  tolerance: { value: 0, reason: 'a copy is exact' },
  cases: [
    { label: '130 numbers', params: { count: 130 }, buffers: { x: normal(130, 1), y: unwritten(132) } },
    {
      label: 'the largest f16, subnormal f16, and a number that rounds up',
      params: { count: 6 },
      buffers: { x: [65504, -65504, 2 ** -20, 2 ** -14, 2047.875, -0.125], y: unwritten(6) },
    },
  ],
});
