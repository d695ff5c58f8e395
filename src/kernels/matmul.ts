/**
 * Matrix product in the three orientations that a linear layer needs: y = x·Wᵀ forward, dx = dy·W, dW = dyᵀ·x; with
 * accumulation into c (weight gradients over micro-batches, the residual stream while decoding) and an addend (the
 * residual stream while training, where the input must outlive the sum).
 */
import wgsl from '../../shaders/matmul.wgsl';
import wgslVec4 from '../../shaders/matmul_vec4.wgsl';
import {
  type Constants,
  defineKernel,
  type KernelCase,
  type NumberArray,
  read,
  update,
  type Workgroups,
} from '../gpu/kernel';
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

/** What the plain and the vectorised product have in common. */
const shared = {
  params: { m: 'u32', n: 'u32', k: 'u32', accumulate: 'u32', add: 'u32' },
  constants: { TRANSPOSE_A: 0, TRANSPOSE_B: 0 },
  workgroups: ({ m, n }: Readonly<Record<Params, number>>): Workgroups => [Math.ceil(n / 64), Math.ceil(m / 16), 1],
  reference(
    { a, b, addend, c }: Readonly<Record<Names, NumberArray>>,
    { m, n, k, accumulate, add }: Readonly<Record<Params, number>>,
    { TRANSPOSE_A, TRANSPOSE_B }: Constants,
  ) {
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
} as const;

export const matmul = defineKernel<Names, Params>({
  ...shared,
  name: 'matmul',
  wgsl,
  bindings: { a: read(), b: read(), addend: read(), c: update() },
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

/** The same product for rows that are whole vec4: fewer, wider loads. */
export const matmulVec4 = defineKernel<Names, Params>({
  ...shared,
  name: 'matmul_vec4',
  wgsl: wgslVec4,
  bindings: { a: read('vec4f'), b: read('vec4f'), addend: read('vec4f'), c: update('vec4f') },
  cases: [
    matmulCase('forward', 33, 40, 24, { transposeB: true }),
    matmulCase('forward with the residual', 17, 12, 8, { transposeB: true, add: true }),
    matmulCase('forward into the residual', 6, 16, 8, { transposeB: true, accumulate: true }),
    matmulCase('input gradient', 21, 24, 40),
    matmulCase('input gradient, accumulating', 5, 4, 4, { accumulate: true }),
    matmulCase('weight gradient', 40, 24, 300, { transposeA: true }),
    matmulCase('weight gradient over a ragged batch', 12, 20, 9, { transposeA: true, accumulate: true }),
    matmulCase('several workgroups each way', 70, 132, 16, { transposeB: true }),
    matmulCase('one vec4', 1, 4, 4),
  ],
});

/** The fastest product that the row lengths of a, b and c allow. */
export const matmulFor = (...rowLengths: readonly number[]): typeof matmul =>
  rowLengths.every((length) => length % 4 === 0) ? matmulVec4 : matmul;
