/**
 * Variants of a decoding step's linear layers. A fused variant computes the RMSNorm or SwiGLU before the layer again in every
 * tile; a separate one gives it a dispatch of its own. The adapter's measurements choose.
 */
import { type Device, type Dispatch, whole } from '../../gpu/device';
import { LINEAR_INPUTS, type LinearInput, type linearDecode, linearDecodes } from '../../kernels/linearDecode';
import { type matmul, type ProductDemand, products } from '../../kernels/matmul';
import { rmsNorm } from '../../kernels/rmsNorm';
import { swiglu } from '../../kernels/swiglu';
import { type Candidate, measured, noted } from './measure';
import { notedVariant, usableVariants } from './selfTest';

/** A weight [n, k] and the operation before it. The variant follows from these alone, so that a rollout does not depend on its batch. */
export interface DecodeShape {
  readonly n: number;
  readonly k: number;
  readonly input: LinearInput;
}

export type DecodeVariant =
  | { readonly apart: false; readonly kernel: typeof linearDecode }
  | { readonly apart: true; readonly kernel: typeof matmul };

/** Variant without a measurement. */
export const firstDecode: DecodeVariant = { apart: false, kernel: linearDecodes[0].kernel };

const demandOf = ({ n, k }: DecodeShape): ProductDemand => ({ rowLengths: [k, k, n], stored: 'f32', decoding: true });
const APART = 'apart, ';

/** Rows of a measurement. */
const ROWS = 64;
/** Work below which every variant takes about as long as an empty dispatch. */
const LEAST_FLOPS = 5e5;
const isSmall = ({ n, k }: DecodeShape): boolean => 2 * ROWS * n * k < LEAST_FLOPS;

const keyOf = ({ n, k, input }: DecodeShape): string => `decode ${input} ${n}x${k}`;

/** Choice of the tuning cache; the first variant where it has none. */
export function chosenDecode(device: Device, shape: DecodeShape): DecodeVariant {
  if (isSmall(shape)) return firstDecode;
  const name = noted(device, keyOf(shape));
  const fused = notedVariant(device, linearDecodes, shape.input, name);
  if (fused) return { apart: false, kernel: fused.kernel };
  if (!name?.startsWith(APART)) return firstDecode;
  const product = notedVariant(device, products, demandOf(shape), name.slice(APART.length));
  return product ? { apart: true, kernel: product.kernel } : firstDecode;
}

export async function measureDecode(device: Device, shape: DecodeShape): Promise<void> {
  if (isSmall(shape)) return;
  const { n, k, input } = shape;
  const fused = await usableVariants(device, linearDecodes, input);
  const apart = await usableVariants(device, products, demandOf(shape));
  await measured(device, keyOf(shape), () => {
    const made = [ROWS * 2 * k, k, n * k, ROWS * n, ROWS * k, ROWS].map((numbers, i) =>
      device.createBuffer(`decode ${i}`, Math.ceil(numbers / 4) * 16),
    );
    const [a, weight, b, c, between, rstd] = made.map(whole) as [Range, Range, Range, Range, Range, Range];
    const before: Dispatch[] = {
      plain: [],
      rmsNorm: [dispatch(rmsNorm, { x: a, weight, y: between, rstd }, { rows: ROWS, width: k, eps: 0 })],
      swiglu: [dispatch(swiglu, { gateUp: a, y: between }, { rows: ROWS, width: k })],
    }[input];
    const sizes = { m: ROWS, n, k, accumulate: 0 };
    const candidates: Candidate[] = [
      ...fused.map(({ name, kernel }) => {
        const constants = { ...kernel.constants, INPUT: LINEAR_INPUTS[input] };
        return { name, dispatches: [dispatch(kernel, { a, weight, b, c }, { ...sizes, eps: 0 }, constants)] };
      }),
      ...apart.map(({ name, kernel }) => {
        const constants = { TRANSPOSE_A: 0, TRANSPOSE_B: 1, ADDS: 0, ACCUMULATES: 0 };
        const bindings = { a: between, b, addend: a, c };
        const product = dispatch(kernel, bindings, { ...sizes, add: 0, splits: 1, stride: 0 }, constants);
        return { name: `${APART}${name}`, dispatches: [...before, product] };
      }),
    ];
    return {
      candidates,
      destroy() {
        for (const buffer of made) buffer.destroy();
      },
    };
  });
}

type Range = Dispatch['bindings'][string];

const dispatch = (
  kernel: Dispatch['kernel'],
  bindings: Dispatch['bindings'],
  params: Dispatch['params'],
  constants: Dispatch['constants'] = kernel.constants,
): Dispatch => ({ label: kernel.name, kernel, bindings, params, constants });
