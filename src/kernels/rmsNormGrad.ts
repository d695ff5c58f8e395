/** Gradient of RMSNorm: dx, [N, C], and partial sums of dweight per block of 32 rows, which `columnSum` adds up. */
import wgsl from '../../shaders/rms_norm_grad.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { normal, uniform, unwritten } from './fill';

/** Rows per partial sum of the weight gradient. */
export const NORM_BLOCK = 32;

export const rmsNormGrad = defineKernel({
  name: 'rms_norm_grad',
  wgsl,
  bindings: { x: read(), weight: read(), rstd: read(), dy: read(), dx: update(), partial: write() },
  params: { rows: 'u32', width: 'u32', accumulate: 'u32' },
  constants: {},
  f16Bindings: [['x', 'weight']],
  workgroups: ({ rows }) => linear(rows, NORM_BLOCK),
  reference({ x, weight, rstd, dy, dx, partial }, { rows, width, accumulate }) {
    for (let block = 0; block * NORM_BLOCK < rows; block++)
      for (let c = 0; c < width; c++) {
        let sum = 0;
        for (let n = block * NORM_BLOCK; n < Math.min(rows, (block + 1) * NORM_BLOCK); n++)
          sum += dy[n * width + c]! * x[n * width + c]! * rstd[n]!;
        partial[block * width + c] = sum;
      }
    for (let n = 0; n < rows; n++) {
      const base = n * width;
      const r = rstd[n]!;
      let dot = 0;
      for (let c = 0; c < width; c++) dot += weight[c]! * dy[base + c]! * x[base + c]!;
      const pull = (dot / width) * r * r;
      for (let c = 0; c < width; c++) {
        const d = r * (weight[c]! * dy[base + c]! - x[base + c]! * pull);
        dx[base + c] = accumulate ? dx[base + c]! + d : d;
      }
    }
  },
  tolerance: { value: 1e-5, reason: 'sums of up to 64 products of size 1 to 10 in f32' },
  cases: [
    {
      label: 'two blocks, the second in part',
      params: { rows: 45, width: 40, accumulate: 0 },
      buffers: {
        x: normal(45 * 40, 1),
        weight: normal(40, 2),
        rstd: uniform(45, 3, 0.5, 2),
        dy: normal(45 * 40, 4),
        dx: unwritten(45 * 40),
        partial: unwritten(3 * 40),
      },
    },
    {
      label: 'adds to the gradient of the residual branch',
      params: { rows: 2, width: 5, accumulate: 1 },
      buffers: {
        x: normal(10, 5),
        weight: normal(5, 6),
        rstd: uniform(2, 7, 0.5, 2),
        dy: normal(10, 8),
        dx: normal(12, 9),
        partial: unwritten(5),
      },
    },
  ],
});
