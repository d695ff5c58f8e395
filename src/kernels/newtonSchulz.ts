/** Parts of the Newton–Schulz iteration that are no matrix products: normalization and the polynomial. */
import wgslInverse from '../../shaders/inverse_norm.wgsl';
import wgslPolynomial from '../../shaders/newton_schulz.wgsl';
import wgslScale from '../../shaders/scale.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { filled, normal, uniform, unwritten } from './fill';

export const inverseNorm = defineKernel({
  name: 'inverse_norm',
  wgsl: wgslInverse,
  bindings: { partial: read(), inverse: write() },
  params: { partials: 'u32', eps: 'f32' },
  constants: {},
  workgroups: () => [1, 1, 1],
  reference({ partial, inverse }, { partials, eps }) {
    let sum = 0;
    for (let i = 0; i < partials; i++) sum += partial[i]!;
    inverse[0] = 1 / Math.max(Math.sqrt(sum), eps);
  },
  tolerance: { value: 1e-6, reason: 'hundreds of positive f32 additions under a square root' },
  cases: [
    {
      label: '256 sums',
      params: { partials: 256, eps: 1e-7 },
      buffers: { partial: uniform(256, 1, 0, 1), inverse: unwritten(2) },
    },
    {
      label: 'no gradient: eps alone',
      params: { partials: 4, eps: 0.25 },
      buffers: { partial: filled(4), inverse: unwritten(2) },
    },
  ],
});

export const scale = defineKernel({
  name: 'scale',
  wgsl: wgslScale,
  bindings: { factor: read(), x: update() },
  params: { count: 'u32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ factor, x }, { count }) {
    for (let i = 0; i < count; i++) x[i] = factor[0]! * x[i]!;
  },
  tolerance: { value: 1e-6, reason: 'one f32 product' },
  cases: [{ label: '130 numbers', params: { count: 130 }, buffers: { factor: [0.3], x: normal(132, 1) } }],
});

export const newtonSchulzPolynomial = defineKernel({
  name: 'newton_schulz',
  wgsl: wgslPolynomial,
  bindings: { gram: read(), square: update() },
  params: { n: 'u32', a: 'f32', b: 'f32', c: 'f32' },
  constants: {},
  workgroups: ({ n }) => linear(n * n, 64),
  reference({ gram, square }, { n, a, b, c }) {
    for (let row = 0; row < n; row++)
      for (let column = 0; column < n; column++) {
        const i = row * n + column;
        square[i] = (row === column ? a : 0) + b * gram[i]! + c * square[i]!;
      }
  },
  tolerance: { value: 1e-6, reason: 'two f32 products and their sum' },
  cases: [
    {
      label: '11 rows, the last workgroup ragged',
      params: { n: 11, a: 3.4445, b: -4.775, c: 2.0315 },
      buffers: { gram: normal(124, 1), square: normal(124, 2) },
    },
    {
      label: 'one number',
      params: { n: 1, a: 2, b: -1.5, c: 0.5 },
      buffers: { gram: [0.5, 0, 0, 0], square: [0.25, 3, 3, 3] },
    },
  ],
});
