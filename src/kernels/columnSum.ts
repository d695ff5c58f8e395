/** Sum of every column, in a fixed order: the second half of a reduction over tokens. */
import wgsl from '../../shaders/column_sum.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal } from './fill';

export const columnSum = defineKernel({
  name: 'column_sum',
  wgsl,
  bindings: { x: read(), sum: update() },
  params: { rows: 'u32', width: 'u32', accumulate: 'u32' },
  constants: {},
  workgroups: ({ width }) => linear(width, 64),
  reference({ x, sum }, { rows, width, accumulate }) {
    for (let c = 0; c < width; c++) {
      let total = accumulate ? sum[c]! : 0;
      for (let r = 0; r < rows; r++) total += x[r * width + c]!;
      sum[c] = total;
    }
  },
  tolerance: { value: 2e-6, reason: 'tens of f32 additions' },
  cases: [
    {
      label: '33 rows of 70',
      params: { rows: 33, width: 70, accumulate: 0 },
      buffers: { x: normal(33 * 70, 1), sum: normal(72, 2) },
    },
    {
      label: 'accumulates one row',
      params: { rows: 1, width: 3, accumulate: 1 },
      buffers: { x: normal(3, 3), sum: normal(3, 4) },
    },
  ],
});
