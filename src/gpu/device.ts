/**
 * The one interface that everything above `gpu` computes through. Two devices implement it: WebGPU (a browser, or Dawn in
 * Node) and the CPU, which runs each kernel's plain loops; a third computes nothing and counts (counting.ts). Buffers are
 * bytes; what they mean is the caller's business.
 */

import { mebibytes } from '../units';
import { type AnyKernel, type Constants, storesHalf } from './kernel';
import type { TuningCache } from './tuningCache';

export interface DeviceBuffer {
  readonly label: string;
  readonly bytes: number;
  destroy(): void;
}

/** A range of a buffer as one dispatch sees it. `offset` is a multiple of 256 bytes. */
export interface BufferRange {
  readonly buffer: DeviceBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** A number that is fixed in the plan, or one that each run gives anew by name. */
export type Param = number | { readonly dynamic: string };

export interface Dispatch {
  readonly label: string;
  readonly kernel: AnyKernel;
  readonly constants: Constants;
  readonly bindings: Readonly<Record<string, BufferRange>>;
  readonly params: Readonly<Record<string, Param>>;
}

/** Dispatches made ready once (pipelines, bind groups, uniforms) to be run any number of times. */
export interface Sequence {
  readonly dispatches: readonly Dispatch[];
  destroy(): void;
}

/** One sequence inside a submit, with this run's dynamic numbers; `repeat` encodes it that many times in a row. */
export interface Run {
  readonly sequence: Sequence;
  readonly dynamics?: Readonly<Record<string, number>>;
  readonly repeat?: number;
}

/** How much was made and moved since the device was opened. Tests hold differences of these exactly. */
export interface Counters {
  buffers: number;
  bytesAllocated: number;
  /** Of the buffers that are not destroyed; uniforms and staging included. */
  bytesLive: number;
  /** Most that were alive at a time since `forgetPeak`. */
  bytesPeak: number;
  bindGroups: number;
  pipelines: number;
  /** Of those, compiled by now. */
  pipelinesReady: number;
  submits: number;
  dispatches: number;
  readbacks: number;
  bytesWritten: number;
  bytesRead: number;
}

export const noCounts = (): Counters => ({
  buffers: 0,
  bytesAllocated: 0,
  bytesLive: 0,
  bytesPeak: 0,
  bindGroups: 0,
  pipelines: 0,
  pipelinesReady: 0,
  submits: 0,
  dispatches: 0,
  readbacks: 0,
  bytesWritten: 0,
  bytesRead: 0,
});

/** How long one dispatch took by the adapter's own clock. */
export interface Timing {
  readonly dispatch: Dispatch;
  readonly milliseconds: number;
}

/** Counts a buffer that was made; the returned function counts its end, once however often it is called. */
export function countBuffer(counters: Counters, bytes: number): () => void {
  counters.buffers++;
  counters.bytesAllocated += bytes;
  counters.bytesLive += bytes;
  counters.bytesPeak = Math.max(counters.bytesPeak, counters.bytesLive);
  let alive = true;
  return () => {
    if (alive) counters.bytesLive -= bytes;
    alive = false;
  };
}

/** Uniform ranges start at multiples of this, WebGPU's default alignment. */
export const UNIFORM_STRIDE = 256;

/** Bytes of the one uniform buffer of a sequence. */
export const uniformBytes = (dispatches: readonly Dispatch[]): number =>
  Math.max(1, dispatches.length) * UNIFORM_STRIDE;

export interface Device {
  readonly kind: 'webgpu' | 'cpu' | 'counting';
  /** What a person is told: the adapter's own description. */
  readonly name: string;
  readonly counters: Readonly<Counters>;
  /** Largest storage binding, bytes. */
  readonly maxBindingBytes: number;
  /** Largest buffer, bytes. */
  readonly maxBufferBytes: number;
  /** Whether a processor stands in for a GPU. */
  readonly software: boolean;
  /** What was measured on this adapter before; null where nothing is to be measured: the first choice is taken then. */
  readonly tuningCache: TuningCache | null;
  /** Whether buffers may be in f16. */
  readonly f16: boolean;
  /** Whether the optional features that the kernel needs are there. */
  supports(kernel: AnyKernel): boolean;
  /** `bytesPeak` starts again from what is alive now; what readbacks went through is not kept. */
  forgetPeak(): void;
  /** A zero-filled buffer. */
  createBuffer(label: string, bytes: number): DeviceBuffer;
  /** Before any later submit sees it. */
  write(buffer: DeviceBuffer, data: ArrayBufferView, offset?: number): void;
  /** Copies whole `from` over the start of `to`, after all earlier submits. */
  copy(from: DeviceBuffer, to: DeviceBuffer): void;
  /** Runs what is given, then one readback for all the ranges together, in one submit after all earlier ones. */
  read(ranges: readonly BufferRange[], runs?: readonly Run[]): Promise<ArrayBuffer[]>;
  /** Compiles what is new, all at once, and makes bind groups and uniforms. Rejects with the shader's line and source. */
  prepare(dispatches: readonly Dispatch[]): Promise<Sequence>;
  /** Compiles what is new, ahead of the plans that will want it. */
  compile(dispatches: readonly Pick<Dispatch, 'kernel' | 'constants'>[]): Promise<void>;
  /** Encodes all runs and submits once, or as often as the time budget of a submit asks for (budget.ts). */
  submit(runs: readonly Run[]): void;
  /** Resolves when all that was submitted is done. */
  idle(): Promise<void>;
  /** Runs what is given with every dispatch timed by itself; null where the adapter has no timestamps. */
  profile(runs: readonly Run[]): Promise<Timing[] | null>;
  destroy(): void;
}

/** Something is larger than the device, or what it is written to, allows. Known before anything is computed. */
export class SizeError extends Error {}

const oversized = (what: string, bytes: number, allows: string, most: number) =>
  new SizeError(
    `${what} needs a buffer of ${mebibytes(bytes)}; ${allows} ${mebibytes(most)}: ` +
      'choose a smaller model, shorter or fewer sequences at a time, or another adapter',
  );

/** @throws SizeError where one dispatch cannot see so many bytes at once */
export function checkBinding(
  { name, maxBindingBytes }: Pick<Device, 'name' | 'maxBindingBytes'>,
  what: string,
  bytes: number,
): void {
  if (bytes > maxBindingBytes) throw oversized(what, bytes, `${name} binds at most`, maxBindingBytes);
}

/** @throws SizeError where no buffer may have so many bytes */
export function checkBuffer(
  { name, maxBufferBytes }: Pick<Device, 'name' | 'maxBufferBytes'>,
  what: string,
  bytes: number,
): void {
  if (bytes > maxBufferBytes) throw oversized(what, bytes, `a buffer of ${name} has at most`, maxBufferBytes);
}

/** Whole buffer as a range. */
export function whole(buffer: DeviceBuffer): BufferRange {
  return { buffer, offset: 0, bytes: buffer.bytes };
}

/** The numbers a dispatch runs with, dynamic ones looked up. Throws where a run leaves one out. */
export function resolveParams(dispatch: Dispatch, dynamics: Readonly<Record<string, number>>): Record<string, number> {
  const resolved: Record<string, number> = {};
  for (const [name, param] of Object.entries(dispatch.params)) {
    if (typeof param === 'number') {
      resolved[name] = param;
      continue;
    }
    const value = dynamics[param.dynamic];
    if (value === undefined)
      throw new Error(`${dispatch.label}: this run gives no value for "${param.dynamic}" (parameter ${name})`);
    resolved[name] = value;
  }
  return resolved;
}

/** @throws naming the optional feature that the kernel needs and the device lacks */
export function checkFeatures(
  { label, kernel }: Dispatch,
  { name, f16, supports }: Pick<Device, 'name' | 'f16' | 'supports'>,
) {
  if (supports(kernel)) return;
  const need = storesHalf(kernel) && !f16 ? 'f16 in buffers' : `subgroups of ${kernel.subgroupSize}`;
  throw new Error(`${label}: ${kernel.name} needs ${need}; ${name} has none such`);
}

/** Checks a dispatch against its kernel's record, so that a wrong name fails where the plan is made. */
export function checkDispatch(dispatch: Dispatch): void {
  const { kernel, label } = dispatch;
  const compare = (what: string, want: readonly string[], got: readonly string[]) => {
    const missing = want.filter((name) => !got.includes(name));
    const unknown = got.filter((name) => !want.includes(name));
    if (missing.length + unknown.length > 0)
      throw new Error(
        `${label} (${kernel.name}): ${what} ${missing.length ? `missing ${missing.join(', ')}` : ''}${
          unknown.length ? ` unknown ${unknown.join(', ')}` : ''
        }`,
      );
  };
  compare('bindings', Object.keys(kernel.bindings), Object.keys(dispatch.bindings));
  compare('parameters', Object.keys(kernel.params), Object.keys(dispatch.params));
}
