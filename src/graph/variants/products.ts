/** The variant of a matrix product for a shape: measured on the adapter, or the first that takes the shape. */
import { type Device, type Dispatch, whole } from '../../gpu/device';
import type { Dtype } from '../../gpu/dtype';
import { matmul, matmulBlock32, matmulSubgroup, products, takesRows } from '../../kernels/matmul';
import { type Candidate, measured, noted } from './measure';
import { mayTake, proven } from './selfTest';

export type Orientation = 'forward' | 'dx' | 'dw';
type Variant = typeof matmul;

/** c [m, n] from a sum over k. */
export interface ProductShape {
  readonly orientation: Orientation;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** What its weight is stored as. */
  readonly stored: Dtype;
}

export const orientationConstants: Readonly<Record<Orientation, Readonly<Record<string, number>>>> = {
  forward: { TRANSPOSE_A: 0, TRANSPOSE_B: 1 },
  dx: { TRANSPOSE_A: 0, TRANSPOSE_B: 0 },
  dw: { TRANSPOSE_A: 1, TRANSPOSE_B: 0 },
};

/** Less work than this takes any variant about as long as a dispatch does. */
const LEAST_FLOPS = 1e6;
/** Tokens that a pass is measured with. */
const TOKENS = 512;

/** Lengths of the rows of a, b and c. */
const rowLengths = ({ orientation, m, n, k }: ProductShape): number[] =>
  ({ forward: [k, k, n], dx: [k, n, n], dw: [m, n, n] })[orientation];

/**
 * The shape that stands for all numbers of tokens: the variant follows from the weight alone, so that what is computed for a token
 * does not depend on how many others there are.
 */
const shapeClass = ({ orientation, m, n, k }: ProductShape): Omit<ProductShape, 'stored'> =>
  ({
    forward: { orientation, m: TOKENS, n, k },
    dx: { orientation, m: TOKENS, n, k },
    dw: { orientation, m, n, k: TOKENS },
  })[orientation];

const isSmall = (shape: ProductShape): boolean => {
  const { m, n, k } = shapeClass(shape);
  return 2 * m * n * k < LEAST_FLOPS;
};

const keyOf = (shape: ProductShape): string => {
  const { orientation, m, n, k } = shapeClass(shape);
  return `product ${orientation} ${m}x${n}x${k}`;
};

/** Whether the variant computes the shape as it is stored. */
const takes = (variant: Variant, shape: ProductShape): boolean =>
  takesRows(variant, rowLengths(shape)) && (shape.stored === 'f32' || (variant.f16Bindings ?? []).length > 0);

/** What is taken unmeasured. */
export const firstVariant = (shape: ProductShape): Variant =>
  products.find((variant) => variant.subgroupSize === undefined && takes(variant, shape)) ?? matmul;

/** The tuning cache's choice, if there is one. */
export function chosenVariant(device: Device, shape: ProductShape): Variant {
  const name = isSmall(shape) ? undefined : noted(device, keyOf(shape));
  const variant = products.find((candidate) => candidate.name === name);
  return variant && mayTake(device, variant) && takes(variant, shape) ? variant : firstVariant(shape);
}

export async function measureProduct(device: Device, shape: ProductShape): Promise<void> {
  if (isSmall(shape)) return;
  const { orientation, m, n, k } = shapeClass(shape);
  const usable: Variant[] = [];
  const sharing = await proven(device, matmulSubgroup);
  for (const variant of products) {
    if (!takesRows(variant, rowLengths(shape)) || (variant === matmulSubgroup && !sharing)) continue;
    // long to compile, and of use only where a processor computes alone
    if (variant === matmulBlock32 && (!device.software || sharing)) continue;
    usable.push(variant);
  }
  await measured(device, keyOf(shape), () => {
    const buffers = [m * k, n * k, m * n].map((numbers, i) =>
      device.createBuffer(`product ${'abc'.charAt(i)}`, Math.ceil(numbers / 4) * 16),
    );
    const [a, b, c] = buffers.map(whole) as [
      Dispatch['bindings'][string],
      Dispatch['bindings'][string],
      Dispatch['bindings'][string],
    ];
    const candidates = usable.map(
      (variant): Candidate => ({
        name: variant.name,
        dispatches: [
          {
            label: variant.name,
            kernel: variant,
            constants: { ...orientationConstants[orientation], ADDS: 0, ACCUMULATES: 0 },
            bindings: { a, b, addend: a, c },
            params: { m, n, k, accumulate: 0, add: 0, splits: 1, stride: 0 },
          },
        ],
      }),
    );
    return {
      candidates,
      destroy() {
        for (const buffer of buffers) buffer.destroy();
      },
    };
  });
}
