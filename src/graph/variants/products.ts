/** The variant of a matrix product for a shape: measured on the adapter, or the first that is usable anywhere. */
import { type Device, type Dispatch, whole } from '../../gpu/device';
import type { Dtype } from '../../gpu/dtype';
import { type matmul, type ProductDemand, products } from '../../kernels/matmul';
import { type Candidate, measured, noted } from './measure';
import { notedVariant, usableVariants } from './selfTest';

export type Orientation = 'forward' | 'dx' | 'dw';

/** c [m, n] from a sum over k. */
export interface ProductShape {
  readonly orientation: Orientation;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Type of the numbers of its weight. */
  readonly stored: Dtype;
}

export const orientationConstants: Readonly<Record<Orientation, Readonly<Record<string, number>>>> = {
  forward: { TRANSPOSE_A: 0, TRANSPOSE_B: 1 },
  dx: { TRANSPOSE_A: 0, TRANSPOSE_B: 0 },
  dw: { TRANSPOSE_A: 1, TRANSPOSE_B: 0 },
};

/** Work below which every variant takes about as long as an empty dispatch. */
const LEAST_FLOPS = 1e6;
/** Tokens of a measurement. */
const TOKENS = 512;

/** Lengths of the rows of a, b and c. */
const rowLengths = ({ orientation, m, n, k }: ProductShape): number[] =>
  ({ forward: [k, k, n], dx: [k, n, n], dw: [m, n, n] })[orientation];

/**
 * One shape for all numbers of tokens. The variant follows from the weight alone, so that results for a token do not depend on
 * the rest of its batch.
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

const demandOf = (shape: ProductShape): ProductDemand => ({
  rowLengths: rowLengths(shape),
  stored: shape.stored,
  decoding: false,
});

/** Variant without a measurement. */
export const firstVariant = (shape: ProductShape): typeof matmul =>
  products.find(({ usable }) => usable({ software: false, subgroups: false }, demandOf(shape)))!.kernel;

/** Choice of the tuning cache; the first variant where it has none. */
export function chosenVariant(device: Device, shape: ProductShape): typeof matmul {
  const name = isSmall(shape) ? undefined : noted(device, keyOf(shape));
  return notedVariant(device, products, demandOf(shape), name)?.kernel ?? firstVariant(shape);
}

export async function measureProduct(device: Device, shape: ProductShape): Promise<void> {
  if (isSmall(shape)) return;
  const { orientation, m, n, k } = shapeClass(shape);
  // one choice for f32 and f16: it is measured in f32
  const usable = await usableVariants(device, products, { ...demandOf(shape), stored: 'f32' });
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
      ({ name, kernel }): Candidate => ({
        name,
        dispatches: [
          {
            label: name,
            kernel,
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
