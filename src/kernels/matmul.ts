/**
 * Matrix product in the three orientations that a linear layer needs: y = x·Wᵀ forward, dx = dy·W, dW = dyᵀ·x; with
 * accumulation into c (weight gradients over micro-batches, the residual stream while decoding) and an addend (the
 * residual stream while training, where the input must outlive the sum).
 */
import wgsl from '../../shaders/matmul.wgsl';
import { defineKernel, type KernelCase, read, update } from '../gpu/kernel';
import { normal, unwritten } from './fill';

type Names = 'a' | 'b' | 'addend' | 'c';
type Params = 'm' | 'n' | 'k' | 'accumulate' | 'add';

const matmulCase = (
  label: string,
  m: number,
  n: number,
  k: number,
  flags: { transposeA?: boolean; transposeB?: boolean; accumulate?: boolean; add?: boolean } = {},
): KernelCase<Names, Params> => ({
  label: `${label}: ${m}×${k}·${k}×${n}`,
  params: { m, n, k, accumulate: flags.accumulate ? 1 : 0, add: flags.add ? 1 : 0 },
  constants: { TRANSPOSE_A: flags.transposeA ? 1 : 0, TRANSPOSE_B: flags.transposeB ? 1 : 0 },
  buffers: {
    a: normal(m * Math.max(1, k), 1),
    b: normal(n * Math.max(1, k), 2),
    addend: normal(m * n, 3),
    c: flags.accumulate ? normal(m * n, 4) : unwritten(m * n + 5),
  },
});

export const matmul = defineKernel<Names, Params>({
  name: 'matmul',
  wgsl,
  bindings: { a: read(), b: read(), addend: read(), c: update() },
  params: { m: 'u32', n: 'u32', k: 'u32', accumulate: 'u32', add: 'u32' },
  constants: { TRANSPOSE_A: 0, TRANSPOSE_B: 0 },
  workgroups: ({ m, n }) => [Math.ceil(n / 64), Math.ceil(m / 16), 1],
  reference({ a, b, addend, c }, { m, n, k, accumulate, add }, { TRANSPOSE_A, TRANSPOSE_B }) {
    const row = new Float64Array(n);
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let l = 0; l < k; l++) {
        const left = a[TRANSPOSE_A ? l * m + i : i * k + l]!;
        if (TRANSPOSE_B) for (let j = 0; j < n; j++) row[j]! += left * b[j * k + l]!;
        else for (let j = 0; j < n; j++) row[j]! += left * b[l * n + j]!;
      }
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        c[at] = row[j]! + (add ? addend[at]! : 0) + (accumulate ? c[at]! : 0);
      }
    }
  },
  tolerance: { value: 2e-5, reason: 'error grows as √K · 6e-8 · Σ|a·b|: about 1e-5 at K = 300 for normal entries' },
  cases: [
    matmulCase('forward', 33, 40, 24, { transposeB: true }),
    matmulCase('forward with the residual', 17, 9, 12, { transposeB: true, add: true }),
    matmulCase('forward into the residual', 6, 16, 8, { transposeB: true, accumulate: true }),
    matmulCase('input gradient', 21, 24, 40),
    matmulCase('input gradient, ragged everywhere', 5, 7, 3, { accumulate: true }),
    matmulCase('weight gradient', 40, 24, 300, { transposeA: true }),
    matmulCase('weight gradient, accumulating', 13, 11, 9, { transposeA: true, accumulate: true }),
    matmulCase('several workgroups each way', 70, 130, 16, { transposeB: true }),
    matmulCase('one number', 1, 1, 1),
    matmulCase('an empty sum', 2, 3, 0),
  ],
});
