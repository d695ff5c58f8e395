/** RMSNorm of every token in f32, [N, C], and 1/rms for the gradient, [N]. Zhang & Sennrich 2019, eq. 4. */
import wgsl from '../../shaders/rms_norm.wgsl';
import { defineKernel, linear, read, write } from '../gpu/kernel';
import { filled, normal, unwritten } from './fill';

export const rmsNorm = defineKernel({
  name: 'rms_norm',
  wgsl,
  bindings: { x: read(), weight: read(), y: write(), rstd: write() },
  params: { rows: 'u32', width: 'u32', eps: 'f32' },
  constants: {},
  f16Bindings: [['x', 'weight', 'y']],
  workgroups: ({ rows }) => linear(rows, 32),
  reference({ x, weight, y, rstd }, { rows, width, eps }) {
    for (let n = 0; n < rows; n++) {
      let squares = 0;
      for (let c = 0; c < width; c++) squares += x[n * width + c]! ** 2;
      const r = 1 / Math.sqrt(squares / width + eps);
      for (let c = 0; c < width; c++) y[n * width + c] = x[n * width + c]! * r * weight[c]!;
      rstd[n] = r;
    }
  },
  tolerance: { value: 2e-6, reason: 'C additions and one square root in f32' },
  cases: [
    {
      label: '67 rows of 64',
      params: { rows: 67, width: 64, eps: 1e-5 },
      buffers: { x: normal(67 * 64, 1), weight: normal(64, 2), y: unwritten(67 * 64 + 3), rstd: unwritten(70) },
    },
    {
      label: 'an odd width',
      params: { rows: 3, width: 7, eps: 1e-5 },
      buffers: { x: normal(21, 3, 10), weight: normal(7, 4), y: unwritten(21), rstd: unwritten(3) },
    },
    {
      label: 'all zeros: only eps',
      params: { rows: 1, width: 4, eps: 1e-5 },
      buffers: { x: filled(4), weight: normal(4, 5), y: unwritten(4), rstd: unwritten(1) },
    },
  ],
});
