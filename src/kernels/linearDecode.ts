/** A linear layer of a decoding step together with the RMSNorm or the SwiGLU before it. */
import wgsl from '../../shaders/linear_decode.wgsl';
import prelude from '../../shaders/linear_decode_input.wgsl';
import wgslSubgroup from '../../shaders/linear_decode_subgroup.wgsl';
import { roundToHalf } from '../float16';
import { HALF_ROUNDING } from '../gpu/dtype';
import {
  type Constants,
  defineKernel,
  type Kernel,
  type KernelCase,
  type NumberArray,
  read,
  update,
} from '../gpu/kernel';
import { normal, unwritten } from './fill';
import { withPrelude } from './prelude';
import { type KernelVariant, withSharing } from './variant';

type Names = 'a' | 'weight' | 'b' | 'c';
type Params = 'm' | 'n' | 'k' | 'accumulate' | 'eps';

/** Function of the layer's input: the constant INPUT. */
export const LINEAR_INPUTS = { plain: 0, rmsNorm: 1, swiglu: 2 } as const;
export type LinearInput = keyof typeof LINEAR_INPUTS;

const linearCase = (
  label: string,
  input: LinearInput,
  [m, n, k]: readonly [number, number, number],
  accumulate = 0,
  rounds = 0,
): KernelCase<Names, Params> => ({
  label: `${label}: ${m}×${k}·${k}×${n}`,
  params: { m, n, k, accumulate, eps: 1e-5 },
  constants: { INPUT: LINEAR_INPUTS[input], ROUNDS: rounds },
  buffers: {
    a: normal(m * k * (input === 'swiglu' ? 2 : 1), 1),
    weight: normal(k, 2),
    b: normal(n * k, 3),
    c: accumulate ? normal(m * n, 4) : unwritten(m * n + 3),
  },
  // what lies halfway between two halves may be rounded to either: an input of up to 4 then moves by 4 of these, times its weight
  ...(rounds && { tolerance: 8 * HALF_ROUNDING }),
});

/** Row m of the product's input. */
function inputRow(a: NumberArray, weight: NumberArray, row: number, k: number, eps: number, input: number): number[] {
  const numbers = Array.from({ length: k }, (_, l) => l);
  if (input === LINEAR_INPUTS.swiglu)
    return numbers.map((l) => {
      const gate = a[row * 2 * k + l]!;
      return (a[row * 2 * k + k + l]! * gate) / (1 + Math.exp(-gate));
    });
  const x = numbers.map((l) => a[row * k + l]!);
  if (input !== LINEAR_INPUTS.rmsNorm) return x;
  const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / k + eps);
  return x.map((value, l) => value * scale * weight[l]!);
}

function reference(
  { a, weight, b, c }: Readonly<Record<Names, NumberArray>>,
  { m, n, k, accumulate, eps }: Readonly<Record<Params, number>>,
  { INPUT, ROUNDS }: Constants,
): void {
  for (let i = 0; i < m; i++) {
    const row = inputRow(a, weight, i, k, eps, INPUT!);
    const x = ROUNDS ? row.map(roundToHalf) : row;
    for (let j = 0; j < n; j++) {
      const sum = x.reduce((total, value, l) => total + value * b[j * k + l]!, 0);
      c[i * n + j] = sum + (accumulate ? c[i * n + j]! : 0);
    }
  }
}

const variant = (
  name: string,
  text: string,
  [rows, columns]: readonly [number, number],
  more: Partial<Kernel<Names, Params>> = {},
): Kernel<Names, Params> =>
  defineKernel<Names, Params>({
    name,
    wgsl: withPrelude(prelude, text),
    bindings: { a: read(), weight: read(), b: read(), c: update() },
    params: { m: 'u32', n: 'u32', k: 'u32', accumulate: 'u32', eps: 'f32' },
    constants: { INPUT: 0, ROUNDS: 0 },
    workgroups: ({ m, n }) => [Math.ceil(n / columns), Math.ceil(m / rows), 1],
    reference,
    f16Bindings: [
      ['a', 'weight', 'b', 'c'],
      ['a', 'weight', 'b'],
    ],
    flops: ({ m, n, k }) => 2 * m * n * k,
    tolerance: { value: 1e-5, reason: 'tens of f32 products and sums, a square root or an exponential before' },
    cases: [
      linearCase('plain, into the residual stream', 'plain', [19, 40, 24], 1),
      linearCase('after RMSNorm', 'rmsNorm', [35, 37, 20]),
      linearCase('after RMSNorm, several workgroups each way', 'rmsNorm', [70, 133, 16]),
      linearCase('after SwiGLU, into the residual stream', 'swiglu', [21, 33, 12], 1),
      linearCase('one number', 'swiglu', [1, 1, 1]),
      linearCase('after RMSNorm, rounded', 'rmsNorm', [19, 37, 20], 0, 1),
      linearCase('after SwiGLU, rounded', 'swiglu', [19, 33, 12], 1, 1),
    ],
    ...more,
  });

export const linearDecode = variant('linear_decode', wgsl, [16, 64]);
/** Subgroups of 8 share what they load. */
export const linearDecodeSubgroup = variant('linear_decode_subgroup', wgslSubgroup, [16, 32], { subgroupSize: 8 });

export type LinearDecodeVariant = KernelVariant<LinearInput, typeof linearDecode>;

/** Every variant, the one that is taken unmeasured first. */
export const linearDecodes: readonly [LinearDecodeVariant, ...LinearDecodeVariant[]] = [
  { name: linearDecode.name, kernel: linearDecode, constants: {}, usable: () => true },
  { name: linearDecodeSubgroup.name, kernel: linearDecodeSubgroup, constants: {}, usable: withSharing },
];
