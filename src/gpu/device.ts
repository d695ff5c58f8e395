/**
 * The interface that every other room computes through. WebGPU (a browser, or Dawn in Node) and the CPU implement it. A third
 * device only counts (counting.ts). A device sees bytes; the caller knows what they mean.
 */
import type { Counters } from './counters';
import type { AnyKernel, Constants } from './kernel';
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

/** A number that the plan fixes, or the name of one that each run gives. */
export type Param = number | { readonly dynamic: string };

export interface Dispatch {
  readonly label: string;
  readonly kernel: AnyKernel;
  readonly constants: Constants;
  readonly bindings: Readonly<Record<string, BufferRange>>;
  readonly params: Readonly<Record<string, Param>>;
}

/** Dispatches with their pipelines, bind groups and uniforms, prepared once and run many times. */
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

/** GPU time of one dispatch by the adapter's own clock. */
export interface Timing {
  readonly dispatch: Dispatch;
  readonly milliseconds: number;
}

export interface Device {
  readonly kind: 'webgpu' | 'cpu' | 'counting';
  /** The adapter's own description, for people. */
  readonly name: string;
  readonly counters: Readonly<Counters>;
  /** Largest storage binding, bytes. */
  readonly maxBindingBytes: number;
  /** Largest buffer, bytes. */
  readonly maxBufferBytes: number;
  /** True if the adapter runs on a processor instead of a GPU. */
  readonly software: boolean;
  /** True if timings mean something: false where nothing is computed, or plain loops replace another device. */
  readonly measures: boolean;
  /** Autotuning results of this adapter. Null turns autotuning off: the first variant runs then. */
  readonly tuningCache: TuningCache | null;
  /** True if buffers may be in f16. */
  readonly f16: boolean;
  /** Says if the device has the optional features that the kernel needs. */
  supports(kernel: AnyKernel): boolean;
  /** Sets `bytesPeak` to what is alive now, and destroys the free staging buffers. */
  forgetPeak(): void;
  /** Creates a zero-filled buffer. */
  createBuffer(label: string, bytes: number): DeviceBuffer;
  /** Writes data that every later submit sees. */
  write(buffer: DeviceBuffer, data: ArrayBufferView, offset?: number): void;
  /** Copies all of `from` to the start of `to`, after all earlier submits. */
  copy(from: DeviceBuffer, to: DeviceBuffer): void;
  /** Runs the runs and reads all the ranges in one readback. Both are one submit, after all earlier ones. */
  read(ranges: readonly BufferRange[], runs?: readonly Run[]): Promise<ArrayBuffer[]>;
  /** Compiles new kernels in parallel and makes bind groups and uniforms. Rejects with the shader's line and source. */
  prepare(dispatches: readonly Dispatch[]): Promise<Sequence>;
  /** Compiles new kernels before the plans that use them. */
  compile(dispatches: readonly Pick<Dispatch, 'kernel' | 'constants'>[]): Promise<void>;
  /** Encodes all runs and submits once, or more often where the time budget of a submit is used up (budget.ts). */
  submit(runs: readonly Run[]): void;
  /** Resolves when all submitted work is done. */
  idle(): Promise<void>;
  /** Runs the runs and times every dispatch on its own; null if the adapter has no timestamps. */
  profile(runs: readonly Run[]): Promise<Timing[] | null>;
  destroy(): void;
}

/** Whole buffer as a range. */
export function whole(buffer: DeviceBuffer): BufferRange {
  return { buffer, offset: 0, bytes: buffer.bytes };
}
