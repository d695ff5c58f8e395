/**
 * Matrix product in the three orientations that a linear layer needs: y = x·Wᵀ forward, dx = dy·W, dW = dyᵀ·x; with
 * accumulation into c (weight gradients over micro-batches, the residual stream while decoding) and an addend (the
 * residual stream while training, where the input must outlive the sum). Where few tiles meet a long k, k is split and the
 * parts are added up in order. The same product in several variants: which is fastest depends on the adapter and the shape.
 */
import wgsl from '../../shaders/matmul.wgsl';
import wgslBlock from '../../shaders/matmul_block.wgsl';
import wgslBlock32 from '../../shaders/matmul_block32.wgsl';
import wgslSubgroup from '../../shaders/matmul_subgroup.wgsl';
import wgslTile from '../../shaders/matmul_tile.wgsl';
import wgslVec4 from '../../shaders/matmul_vec4.wgsl';
import preludeF32 from '../../shaders/product.wgsl';
import preludeBlock from '../../shaders/product_block.wgsl';
import preludeVec4 from '../../shaders/product_vec4.wgsl';
import type { Dtype } from '../gpu/dtype';
import {
  type Constants,
  defineKernel,
  type Element,
  type Kernel,
  type KernelCase,
  type NumberArray,
  read,
  update,
} from '../gpu/kernel';
import { normal, unwritten } from './fill';
import { withPrelude } from './prelude';
import { type KernelVariant, withoutSharing, withSharing } from './variant';

type Names = 'a' | 'b' | 'addend' | 'c';
type Params = 'm' | 'n' | 'k' | 'accumulate' | 'add' | 'splits' | 'stride';
type Case = KernelCase<Names, Params>;

interface Flags {
  transposeA?: boolean;
  transposeB?: boolean;
  accumulate?: boolean;
  add?: boolean;
  splits?: number;
}

const matmulCase = (label: string, m: number, n: number, k: number, flags: Flags = {}): Case => ({
  label: `${label}: ${m}×${k}·${k}×${n}`,
  params: {
    m,
    n,
    k,
    accumulate: flags.accumulate ? 1 : 0,
    add: flags.add ? 1 : 0,
    splits: flags.splits ?? 1,
    stride: m * n,
  },
  constants: {
    TRANSPOSE_A: flags.transposeA ? 1 : 0,
    TRANSPOSE_B: flags.transposeB ? 1 : 0,
    ADDS: flags.add ? 1 : 0,
    ACCUMULATES: flags.accumulate ? 1 : 0,
  },
  buffers: {
    a: normal(m * Math.max(1, k), 1),
    b: normal(n * Math.max(1, k), 2),
    addend: normal(m * n, 3),
    c: flags.accumulate ? normal((flags.splits ?? 1) * m * n, 4) : unwritten((flags.splits ?? 1) * m * n + 4),
  },
});

/** Numbers of k that each of `splits` parts sums: whole vec4, so that every variant of the product splits alike. */
export const splitShare = (k: number, splits: number): number => Math.ceil(k / (4 * splits)) * 4;

/** c[part] (+)= Σ over the part's share of k; one part is the whole product, parts lie `stride` numbers apart. */
function reference(
  { a, b, addend, c }: Readonly<Record<Names, NumberArray>>,
  { m, n, k, accumulate, add, splits, stride }: Readonly<Record<Params, number>>,
  { TRANSPOSE_A, TRANSPOSE_B }: Constants,
): void {
  const row = new Float64Array(n);
  const share = splitShare(k, splits);
  for (let part = 0; part < splits; part++)
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let l = part * share; l < Math.min(k, (part + 1) * share); l++) {
        const left = a[TRANSPOSE_A ? l * m + i : i * k + l]!;
        if (TRANSPOSE_B) for (let j = 0; j < n; j++) row[j]! += left * b[j * k + l]!;
        else for (let j = 0; j < n; j++) row[j]! += left * b[l * n + j]!;
      }
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        c[part * stride + at] = row[j]! + (add ? addend[at]! : 0) + (accumulate ? c[part * stride + at]! : 0);
      }
    }
}

/** Shapes of rows that are whole vec4: what every variant takes. */
const cases: readonly Case[] = [
  matmulCase('forward', 33, 40, 24, { transposeB: true }),
  matmulCase('forward with the residual', 17, 12, 8, { transposeB: true, add: true }),
  matmulCase('forward into the residual', 6, 16, 8, { transposeB: true, accumulate: true }),
  matmulCase('input gradient', 21, 24, 40),
  matmulCase('input gradient, accumulating', 5, 4, 4, { accumulate: true }),
  matmulCase('weight gradient', 40, 24, 300, { transposeA: true }),
  matmulCase('weight gradient over a ragged batch', 12, 20, 9, { transposeA: true, accumulate: true }),
  matmulCase('weight gradient, split', 20, 12, 150, { transposeA: true, splits: 4 }),
  matmulCase('more parts than rows of k', 8, 4, 6, { transposeA: true, splits: 4, accumulate: true }),
  matmulCase('several workgroups each way', 70, 132, 16, { transposeB: true }),
  matmulCase('one vec4', 1, 4, 4),
];
const raggedCases: readonly Case[] = [
  matmulCase('forward, ragged', 17, 9, 13, { transposeB: true, add: true }),
  matmulCase('input gradient, ragged', 5, 7, 3, { accumulate: true }),
  matmulCase('weight gradient, ragged', 13, 11, 9, { transposeA: true, accumulate: true }),
  matmulCase('forward, ragged and split', 9, 7, 30, { transposeB: true, splits: 2 }),
  matmulCase('one number', 1, 1, 1),
  matmulCase('an empty sum', 2, 3, 0),
];

/** Buffers in f16: those of a layer, those that make logits, and the weight alone for gradients, which stay in f32. */
const F16_BINDINGS: readonly (readonly Names[])[] = [['a', 'b', 'addend', 'c'], ['a', 'b', 'addend'], ['b']];

/** @param tile rows and columns of c that a workgroup makes */
const product = (
  name: string,
  wgsl: string,
  element: Element,
  [rows, columns]: readonly [number, number],
  more: Partial<Kernel<Names, Params>> = {},
): Kernel<Names, Params> =>
  defineKernel<Names, Params>({
    name,
    wgsl: withPrelude(element === 'f32' ? preludeF32 : preludeVec4, wgsl),
    bindings: { a: read(element), b: read(element), addend: read(element), c: update(element) },
    params: { m: 'u32', n: 'u32', k: 'u32', accumulate: 'u32', add: 'u32', splits: 'u32', stride: 'u32' },
    constants: { TRANSPOSE_A: 0, TRANSPOSE_B: 0, ADDS: 1, ACCUMULATES: 1 },
    workgroups: ({ m, n, splits }) => [Math.ceil(n / columns), Math.ceil(m / rows), splits],
    reference,
    f16Bindings: F16_BINDINGS,
    flops: ({ m, n, k }) => 2 * m * n * k,
    tolerance: { value: 2e-5, reason: 'error grows as √K · 6e-8 · Σ|a·b|: about 1e-5 at K = 300 for normal entries' },
    cases: element === 'vec4f' ? cases : [...cases, ...raggedCases],
    ...more,
  });

export const matmul = product('matmul', wgsl, 'f32', [16, 64]);
/** Rows of whole vec4: fewer, wider loads. */
export const matmulVec4 = product('matmul_vec4', wgslVec4, 'vec4f', [16, 64]);
/** A 16×16 tile an invocation. */
export const matmulBlock = product('matmul_block', preludeBlock + wgslBlock, 'vec4f', [16, 128]);
/** A 32×32 tile an invocation: for processors, and so long to compile that there is none in f16, which those hardly offer. */
export const matmulBlock32 = product('matmul_block32', preludeBlock + wgslBlock32, 'vec4f', [128, 32], {
  f16Bindings: [],
  workgroups: ({ m, n, splits }) => [Math.ceil(m / 128), Math.ceil(n / 32), splits],
  cases: [
    matmulCase('forward, several tiles each way', 70, 132, 16, { transposeB: true }),
    matmulCase('input gradient', 21, 24, 40),
    matmulCase('weight gradient over a ragged batch, split', 40, 20, 149, {
      transposeA: true,
      accumulate: true,
      splits: 3,
    }),
  ],
});
/** Subgroups of 8 share what they load. */
export const matmulSubgroup = product('matmul_subgroup', wgslSubgroup, 'f32', [32, 32], { subgroupSize: 8 });
/** Through workgroup memory. */
export const matmulTile = product('matmul_tile', wgslTile, 'f32', [64, 64]);

/** Properties of a product that decide which variants can compute it. */
export interface ProductDemand {
  /** Lengths of the rows of a, b and c. */
  readonly rowLengths: readonly number[];
  /** Type of the numbers of the weight. */
  readonly stored: Dtype;
  /** A decoding step: few rows. */
  readonly decoding: boolean;
}
export type ProductVariant = KernelVariant<ProductDemand, typeof matmul>;

/** A variant of vec4 takes rows that are whole ones; f16 is for those that have such bindings. */
const takes = ({ bindings, f16Bindings = [] }: typeof matmul, { rowLengths, stored }: ProductDemand): boolean =>
  (bindings.a.element === 'f32' || rowLengths.every((length) => length % 4 === 0)) &&
  (stored === 'f32' || f16Bindings.length > 0);

const productVariant = (kernel: typeof matmul, usable: ProductVariant['usable'] = () => true): ProductVariant => ({
  name: kernel.name,
  kernel,
  constants: {},
  usable: (host, demand) => takes(kernel, demand) && usable(host, demand),
});

/** Every variant of the product, the one that is taken unmeasured first. */
export const products: readonly ProductVariant[] = [
  productVariant(matmulVec4),
  productVariant(matmul),
  productVariant(matmulBlock),
  productVariant(matmulBlock32, (host, { decoding }) => host.software && withoutSharing(host) && !decoding),
  productVariant(matmulSubgroup, withSharing),
  productVariant(matmulTile),
];
