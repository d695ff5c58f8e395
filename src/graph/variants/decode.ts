/**
 * The variant of a decoding step's linear layers: with the RMSNorm or SwiGLU before them in one dispatch, which each tile then
 * computes again, or apart from it. Measured on the adapter.
 */
import { type Device, type Dispatch, whole } from '../../gpu/device';
import { LINEAR_INPUTS, type LinearInput, linearDecode, linearDecodeSubgroup } from '../../kernels/linearDecode';
import { type matmul, matmulBlock32, products, takesRows } from '../../kernels/matmul';
import { rmsNorm } from '../../kernels/rmsNorm';
import { swiglu } from '../../kernels/swiglu';
import { type Candidate, measured, noted } from './measure';
import { mayTake, proven } from './selfTest';

/** A weight [n, k] and what precedes it; the variant follows from them alone: a rollout does not depend on how many run beside it. */
export interface DecodeShape {
  readonly n: number;
  readonly k: number;
  readonly input: LinearInput;
}

export type DecodeVariant =
  | { readonly apart: false; readonly kernel: typeof linearDecode }
  | { readonly apart: true; readonly kernel: typeof matmul };

/** What is taken unmeasured. */
export const firstDecode: DecodeVariant = { apart: false, kernel: linearDecode };

/** Rows are few: tiles of many rows are none of them. */
const decodeProducts = products.filter((kernel) => kernel !== matmulBlock32);

const variantsOf = ({ n, k }: DecodeShape): DecodeVariant[] => [
  firstDecode,
  { apart: false, kernel: linearDecodeSubgroup },
  ...decodeProducts
    .filter((kernel) => takesRows(kernel, [k, k, n]))
    .map((kernel) => ({ apart: true, kernel }) as const),
];
const nameOf = ({ apart, kernel }: DecodeVariant): string => (apart ? `apart, ${kernel.name}` : kernel.name);

/** Rows that are measured. */
const ROWS = 64;
/** Less work than this takes any variant about as long as a dispatch does. */
const LEAST_FLOPS = 5e5;
const isSmall = ({ n, k }: DecodeShape): boolean => 2 * ROWS * n * k < LEAST_FLOPS;

const keyOf = ({ n, k, input }: DecodeShape): string => `decode ${input} ${n}x${k}`;

/** The tuning cache's choice, if there is one. */
export function chosenDecode(device: Device, shape: DecodeShape): DecodeVariant {
  if (isSmall(shape)) return firstDecode;
  const name = noted(device, keyOf(shape));
  const variant = variantsOf(shape).find((candidate) => nameOf(candidate) === name);
  return variant && mayTake(device, variant.kernel) ? variant : firstDecode;
}

export async function measureDecode(device: Device, shape: DecodeShape): Promise<void> {
  if (isSmall(shape)) return;
  const { n, k, input } = shape;
  const usable: DecodeVariant[] = [];
  for (const variant of variantsOf(shape))
    if (variant.kernel.subgroupSize === undefined || (await proven(device, variant.kernel))) usable.push(variant);
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
    const candidates = usable.map((variant): Candidate => {
      const constants = { TRANSPOSE_A: 0, TRANSPOSE_B: 1, ADDS: 0, ACCUMULATES: 0 };
      const product = variant.apart
        ? dispatch(
            variant.kernel,
            { a: between, b, addend: a, c },
            { ...sizes, add: 0, splits: 1, stride: 0 },
            constants,
          )
        : dispatch(
            variant.kernel,
            { a, weight, b, c },
            { ...sizes, eps: 0 },
            { ...variant.kernel.constants, INPUT: LINEAR_INPUTS[input] },
          );
      return { name: nameOf(variant), dispatches: variant.apart ? [...before, product] : [product] };
    });
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
