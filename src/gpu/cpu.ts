/**
 * The CPU device. Every dispatch runs its kernel's plain loops over f32 buffers. Tests compare shaders with it, and a browser
 * without WebGPU trains the smallest models on it.
 */

import { turnsAfterWork } from '../turn';
import { checkBuffer, checkDispatches } from './checks';
import { countBuffer, noCounts } from './counters';
import type { BufferRange, Device, DeviceBuffer, Dispatch, Run, Sequence } from './device';
import { narrow, widen } from './dtype';
import { type AnyKernel, type Binding, dtypeOf, type Element, type NumberArray, storesHalf } from './kernel';
import { OutOfMemoryError } from './outOfMemory';
import { resolveParams } from './uniforms';

class CpuBuffer implements DeviceBuffer {
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly data: ArrayBuffer,
    readonly destroy: () => void,
  ) {}
}

/** @param available bytes that the device holds. @throws OutOfMemoryError */
function memoryFor(label: string, bytes: number, available: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    throw new OutOfMemoryError(label, bytes, available);
  }
}

type Views = Readonly<Record<string, NumberArray>>;

/** An f16 binding of a dispatch: widened before the dispatch runs, narrowed into its buffer afterwards. */
interface Halves {
  readonly stored: Uint16Array;
  readonly numbers: Float32Array;
  readonly written: boolean;
}

interface CpuSequence extends Sequence {
  readonly views: readonly Views[];
  readonly halves: readonly (readonly Halves[])[];
}

const view = (range: BufferRange, element: Element): NumberArray => {
  const { data } = range.buffer as CpuBuffer;
  return element.endsWith('u') || element === 'u32'
    ? new Uint32Array(data, range.offset, range.bytes / 4)
    : new Float32Array(data, range.offset, range.bytes / 4);
};

/** Buffers of a dispatch as its plain loops see them. */
function viewsOf({ kernel, bindings }: Dispatch): { views: Views; halves: Halves[] } {
  const halves: Halves[] = [];
  const views = Object.entries(bindings).map(([name, range]): [string, NumberArray] => {
    const binding = kernel.bindings[name] as Binding;
    if (dtypeOf(binding) === 'f32') return [name, view(range, binding.element)];
    const stored = new Uint16Array((range.buffer as CpuBuffer).data, range.offset, range.bytes / 2);
    const numbers = new Float32Array(stored.length);
    halves.push({ stored, numbers, written: binding.access !== 'read' });
    return [name, numbers];
  });
  return { views: Object.fromEntries(views), halves };
}

/** Largest array that every JavaScript engine makes, bytes. */
const MAX_BYTES = 2 ** 31 - 4;

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export interface CpuOptions {
  /** Allows buffers in f16. Every dispatch then converts those that it binds, which is slow. */
  readonly f16?: boolean;
  /** Called before every dispatch with what it sees. The returned function is called after the dispatch. */
  readonly observe?: (dispatch: Dispatch, params: Readonly<Record<string, number>>, buffers: Views) => () => void;
}

export function openCpuDevice({ f16 = false, observe }: CpuOptions = {}): Device {
  const letOthersIn = turnsAfterWork();
  const counters = noCounts();
  const name = 'CPU reference';
  const supports = (kernel: AnyKernel) => f16 || !storesHalf(kernel);
  const submit = (runs: readonly Run[]): void => {
    counters.submits++;
    for (const { sequence, dynamics = {}, repeat = 1 } of runs) {
      const { dispatches, views, halves } = sequence as CpuSequence;
      const params = dispatches.map((dispatch) => resolveParams(dispatch, dynamics));
      for (let time = 0; time < repeat; time++)
        dispatches.forEach((dispatch, i) => {
          const given = params[i] as Record<string, number>;
          if (dispatch.kernel.workgroups(given, dispatch.constants).includes(0)) return; // as on a GPU
          counters.dispatches++;
          const [buffers, stored] = [views[i]!, halves[i]!];
          for (const half of stored) widen(half.stored, half.numbers);
          const ended = observe?.(dispatch, given, buffers);
          dispatch.kernel.reference(buffers, given, dispatch.constants);
          for (const half of stored) if (half.written) narrow(half.numbers, half.stored);
          ended?.();
        });
    }
  };
  return {
    kind: 'cpu',
    name,
    counters,
    maxBindingBytes: MAX_BYTES,
    maxBufferBytes: MAX_BYTES,
    software: true,
    measures: true,
    tuningCache: null,
    f16,
    supports,
    forgetPeak() {
      counters.bytesPeak = counters.bytesLive;
    },
    createBuffer(label, bytes) {
      checkBuffer({ name, maxBufferBytes: MAX_BYTES }, label, bytes);
      const data = memoryFor(label, bytes, counters.bytesLive);
      return new CpuBuffer(label, bytes, data, countBuffer(counters, bytes));
    },
    write(buffer, data, offset = 0) {
      counters.bytesWritten += data.byteLength;
      new Uint8Array((buffer as CpuBuffer).data, offset).set(bytesOf(data));
    },
    copy(from, to) {
      new Uint8Array((to as CpuBuffer).data).set(new Uint8Array((from as CpuBuffer).data));
    },
    async read(ranges, runs = []) {
      if (runs.length > 0) submit(runs);
      counters.readbacks++;
      const bytes = ranges.map((range) => {
        counters.bytesRead += range.bytes;
        return (range.buffer as CpuBuffer).data.slice(range.offset, range.offset + range.bytes);
      });
      await letOthersIn(); // plain loops block the thread: a stop must get through between two of them
      return bytes;
    },
    async prepare(dispatches: readonly Dispatch[]): Promise<CpuSequence> {
      checkDispatches(dispatches, { name, f16, supports });
      const seen = dispatches.map(viewsOf);
      return {
        dispatches,
        views: seen.map(({ views }) => views),
        halves: seen.map(({ halves }) => halves),
        destroy() {},
      };
    },
    async compile() {},
    submit,
    async idle() {},
    profile: async () => null,
    destroy() {},
  };
}
