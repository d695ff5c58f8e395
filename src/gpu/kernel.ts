/**
 * What a kernel is: one WGSL shader, the buffers and numbers that it takes, how many workgroups it needs, and the same
 * computation as plain loops. A device runs either the shader (WebGPU) or the loops (CPU). Knows no model.
 *
 * Conventions every shader keeps: `@group(0) @binding(0)` is the uniform struct `Params`, with the fields of `params` in
 * order, 4 bytes each; bindings 1, 2, … are the storage buffers in the order of `bindings`; the entry point is `main`.
 */

import type { Dtype } from './dtype';

export type NumberArray = Float32Array | Float64Array | Uint32Array;

/** `write` leaves nothing of what it covers; `update` also reads it. Both are `read_write` in WGSL. */
export type Access = 'read' | 'write' | 'update';
/** Element of the WGSL array. Plain loops see a vector as consecutive numbers. */
export type Element = 'f32' | 'u32' | 'vec2u' | 'vec4u' | 'vec2f' | 'vec4f' | 'f16' | 'vec4h';

/** What the numbers of a floating-point buffer are stored as. */
export const dtypeOf = ({ element }: Binding): Dtype => (element === 'f16' || element === 'vec4h' ? 'f16' : 'f32');

export interface Binding {
  readonly element: Element;
  readonly access: Access;
}

export type Constants = Readonly<Record<string, number>>;
export type Workgroups = readonly [x: number, y: number, z: number];

/** One trial of a kernel: every buffer's content before, and how far a device may be from the double-precision loops. */
export interface KernelCase<B extends string, P extends string> {
  readonly label: string;
  readonly params: Readonly<Record<P, number>>;
  readonly constants?: Constants;
  readonly buffers: Readonly<Record<B, readonly number[]>>;
  /** Largest |got − expected| ÷ (1 + |expected|); the kernel's own tolerance where not given. */
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
  /** The same computation in plain loops. Accumulates in double precision; writes in the precision of the arrays. */
  reference(buffers: Readonly<Record<B, NumberArray>>, params: Readonly<Record<P, number>>, constants: Constants): void;
  /** Largest |got − expected| ÷ (1 + |expected|) for f32 against double precision, and why it is that large. */
  readonly tolerance: { readonly value: number; readonly reason: string };
  /** Where given, the shader needs the optional feature `subgroups` and subgroups of exactly this many invocations. */
  readonly subgroupSize?: number;
  /** Sets of buffers that the lab stores in f16 (kernels/storage.ts). */
  readonly f16Bindings?: readonly (readonly NoInfer<B>[])[];
  /** Floating-point operations of one dispatch, for kernels that arithmetic bounds. */
  flops?(params: Readonly<Record<P, number>>, constants: Constants): number;
  readonly cases: readonly KernelCase<B, P>[];
}

// biome-ignore lint/suspicious/noExplicitAny: a kernel of whatever bindings and parameters, as devices see it
export type AnyKernel = Kernel<any, any>;

export function defineKernel<B extends string, P extends string>(kernel: Kernel<B, P>): Kernel<B, P> {
  return kernel;
}

/** Whether any buffer of the kernel is in f16, for which the shader needs the optional feature `shader-f16`. */
export const storesHalf = (kernel: AnyKernel): boolean =>
  (Object.values(kernel.bindings) as Binding[]).some((binding) => dtypeOf(binding) === 'f16');

export const read = (element: Element = 'f32'): Binding => ({ element, access: 'read' });
export const write = (element: Element = 'f32'): Binding => ({ element, access: 'write' });
export const update = (element: Element = 'f32'): Binding => ({ element, access: 'update' });

const MAX_WORKGROUPS_PER_DIMENSION = 65535;
/** Rows of one workgroup of a `byRow` grid; the shaders that use it know this number. */
const ROWS_PER_GROUP = 8;

/**
 * Workgroups of 64 invocations over rows of columns: the shader's column is `group.x · 64 + local`, its rows are the eight
 * from `group.y · 8` on. It costs some idle invocations at the end of a row and saves a division in each of them. Enough for
 * 524 280 rows.
 */
export const byRow = (rows: number, columns: number): Workgroups => [
  Math.ceil(columns / 64),
  Math.ceil(rows / ROWS_PER_GROUP),
  1,
];

/**
 * Workgroups for `count` invocations in groups of `size`, spread over x and y so that no dimension exceeds the limit.
 * The shader's index is `(group.y · groups.x + group.x) · size + local`.
 */
export function linear(count: number, size: number): Workgroups {
  const groups = Math.ceil(count / size);
  const y = Math.max(1, Math.ceil(groups / MAX_WORKGROUPS_PER_DIMENSION));
  return [Math.ceil(groups / y), y, 1];
}
