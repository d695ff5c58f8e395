/**
 * The record of a kernel: a WGSL shader, its buffers and parameters, its workgroup count, and the same computation in plain
 * loops. A device runs either the shader (WebGPU) or the loops (CPU). Nothing here knows a model.
 *
 * Every shader keeps these conventions. `@group(0) @binding(0)` is the uniform struct `Params`: the fields of `params` in
 * order, 4 bytes each. Bindings 1, 2, … are the storage buffers in the order of `bindings`. The entry point is `main`.
 */

import type { Dtype } from './dtype';

export type NumberArray = Float32Array | Float64Array | Uint32Array;

/** `write` overwrites the whole range; `update` also reads it. Both are `read_write` in WGSL. */
export type Access = 'read' | 'write' | 'update';
/** Element type of the WGSL array. Plain loops see a vector as consecutive numbers. */
export type Element = 'f32' | 'u32' | 'vec2u' | 'vec4u' | 'vec2f' | 'vec4f' | 'f16' | 'vec4h';

/** Storage type of a floating-point buffer. */
export const dtypeOf = ({ element }: Binding): Dtype => (element === 'f16' || element === 'vec4h' ? 'f16' : 'f32');

export interface Binding {
  readonly element: Element;
  readonly access: Access;
}

export type Constants = Readonly<Record<string, number>>;
export type Workgroups = readonly [x: number, y: number, z: number];

/** One test case of a kernel: initial contents of all buffers, and the tolerance against double-precision loops. */
export interface KernelCase<B extends string, P extends string> {
  readonly label: string;
  readonly params: Readonly<Record<P, number>>;
  readonly constants?: Constants;
  readonly buffers: Readonly<Record<B, readonly number[]>>;
  /** Largest |got − expected| ÷ (1 + |expected|); the kernel's own tolerance by default. */
  readonly tolerance?: number;
}

export interface Kernel<B extends string = string, P extends string = string> {
  readonly name: string;
  readonly wgsl: string;
  readonly bindings: Readonly<Record<B, Binding>>;
  readonly params: Readonly<Record<P, 'u32' | 'f32'>>;
  /** The shader's `override` constants with their defaults. */
  readonly constants: Constants;
  workgroups(params: Readonly<Record<P, number>>, constants: Constants): Workgroups;
  /** Plain loops of the same computation. They accumulate in double precision and write in the arrays' precision. */
  reference(buffers: Readonly<Record<B, NumberArray>>, params: Readonly<Record<P, number>>, constants: Constants): void;
  /** Largest |got − expected| ÷ (1 + |expected|) for f32 against double precision, and why it is that large. */
  readonly tolerance: { readonly value: number; readonly reason: string };
  /** Subgroup size that the shader needs, with the optional feature `subgroups`. */
  readonly subgroupSize?: number;
  /** Sets of buffers that the lab stores in f16 (kernels/f16Rewrite.ts). */
  readonly f16Bindings?: readonly (readonly NoInfer<B>[])[];
  /** Floating-point operations of one dispatch, for compute-bound kernels. */
  flops?(params: Readonly<Record<P, number>>, constants: Constants): number;
  readonly cases: readonly KernelCase<B, P>[];
}

// biome-ignore lint/suspicious/noExplicitAny: a kernel with any bindings and parameters, as devices see it
export type AnyKernel = Kernel<any, any>;

export function defineKernel<B extends string, P extends string>(kernel: Kernel<B, P>): Kernel<B, P> {
  return kernel;
}

/** True if any buffer of the kernel is in f16. The shader then needs the optional feature `shader-f16`. */
export const storesHalf = (kernel: AnyKernel): boolean =>
  (Object.values(kernel.bindings) as Binding[]).some((binding) => dtypeOf(binding) === 'f16');

export const read = (element: Element = 'f32'): Binding => ({ element, access: 'read' });
export const write = (element: Element = 'f32'): Binding => ({ element, access: 'write' });
export const update = (element: Element = 'f32'): Binding => ({ element, access: 'update' });

const MAX_WORKGROUPS_PER_DIMENSION = 65535;
/** Rows per workgroup of a `byRow` grid. The shaders that use it repeat this number. */
const ROWS_PER_GROUP = 8;

/**
 * Workgroups of 64 invocations over a matrix, up to 524 280 rows. The shader's column is `group.x · 64 + local`, and its eight
 * rows start at `group.y · 8`. Some invocations idle at the end of a row; in return none divides.
 */
export const byRow = (rows: number, columns: number): Workgroups => [
  Math.ceil(columns / 64),
  Math.ceil(rows / ROWS_PER_GROUP),
  1,
];

/**
 * Workgroups for `count` invocations in groups of `size`, over x and y, because each dimension has a limit. The shader's index
 * is `(group.y · groups.x + group.x) · size + local`.
 */
export function linear(count: number, size: number): Workgroups {
  const groups = Math.ceil(count / size);
  const y = Math.max(1, Math.ceil(groups / MAX_WORKGROUPS_PER_DIMENSION));
  return [Math.ceil(groups / y), y, 1];
}
