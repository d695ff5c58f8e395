/** Column sums of several matrices, in a fixed order: the second half of reductions over tokens. */
import wgsl from '../../shaders/column_sum.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal } from './fill';

export const columnSum = defineKernel({
  name: 'column_sum',
  wgsl,
  bindings: { x: read(), sum: update() },
  params: { groups: 'u32', rows: 'u32', width: 'u32', stride: 'u32', sumStride: 'u32', accumulate: 'u32' },
  constants: {},
  workgroups: ({ groups, width }) => linear(groups * width, 64),
  reference({ x, sum }, { groups, rows, width, stride, sumStride, accumulate }) {
    for (let g = 0; g < groups; g++)
      for (let c = 0; c < width; c++) {
        const at = g * sumStride + c;
        let total = accumulate ? sum[at]! : 0;
        for (let r = 0; r < rows; r++) total += x[g * stride + r * width + c]!;
        sum[at] = total;
      }
  },
  tolerance: { value: 2e-6, reason: 'tens of f32 additions' },
  cases: [
    {
      label: '33 rows of 70',
      params: { groups: 1, rows: 33, width: 70, stride: 33 * 70, sumStride: 70, accumulate: 0 },
      buffers: { x: normal(33 * 70, 1), sum: normal(72, 2) },
    },
    {
      label: 'accumulates one row',
      params: { groups: 1, rows: 1, width: 3, stride: 3, sumStride: 3, accumulate: 1 },
      buffers: { x: normal(3, 3), sum: normal(3, 4) },
    },
    {
      label: '3 matrices with unused space after each',
      params: { groups: 3, rows: 2, width: 40, stride: 128, sumStride: 64, accumulate: 1 },
      buffers: { x: normal(3 * 128, 5), sum: normal(3 * 64, 6) },
    },
  ],
});
