/**
 * The CPU device: every dispatch runs its kernel's plain loops over f32 buffers. It is the oracle that tests hold shaders
 * against, and what a browser without WebGPU trains the smallest models on. Slow, and exact in the same places.
 */
import {
  type BufferRange,
  checkBuffer,
  checkDispatch,
  checkFeatures,
  countBuffer,
  type Device,
  type DeviceBuffer,
  type Dispatch,
  noCounts,
  type Run,
  resolveParams,
  type Sequence,
} from './device';
import { type AnyKernel, type Binding, type Element, type NumberArray, storesHalf } from './kernel';

class CpuBuffer implements DeviceBuffer {
  readonly data: ArrayBuffer;
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly destroy: () => void,
  ) {
    this.data = new ArrayBuffer(bytes);
  }
}

type Views = Readonly<Record<string, NumberArray>>;

interface CpuSequence extends Sequence {
  readonly views: readonly Views[];
}

const view = (range: BufferRange, element: Element): NumberArray => {
  const { data } = range.buffer as CpuBuffer;
  return element.endsWith('u') || element === 'u32'
    ? new Uint32Array(data, range.offset, range.bytes / 4)
    : new Float32Array(data, range.offset, range.bytes / 4);
};

/** Of an array that every JavaScript engine makes. */
const MOST_BYTES = 2 ** 31 - 4;

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export function openCpuDevice(): Device {
  const counters = noCounts();
  const name = 'CPU reference';
  const supports = (kernel: AnyKernel) => !storesHalf(kernel);
  const submit = (runs: readonly Run[]): void => {
    counters.submits++;
    for (const { sequence, dynamics = {}, repeat = 1 } of runs) {
      const { dispatches, views } = sequence as CpuSequence;
      const params = dispatches.map((dispatch) => resolveParams(dispatch, dynamics));
      for (let time = 0; time < repeat; time++)
        dispatches.forEach((dispatch, i) => {
          const given = params[i] as Record<string, number>;
          if (dispatch.kernel.workgroups(given, dispatch.constants).includes(0)) return; // as on a GPU
          counters.dispatches++;
          dispatch.kernel.reference(views[i] as Views, given, dispatch.constants);
        });
    }
  };
  return {
    kind: 'cpu',
    name,
    counters,
    maxBindingBytes: MOST_BYTES,
    maxBufferBytes: MOST_BYTES,
    software: true,
    notebook: null,
    f16: false,
    supports,
    forgetPeak() {
      counters.bytesPeak = counters.bytesLive;
    },
    createBuffer(label, bytes) {
      checkBuffer({ name, maxBufferBytes: MOST_BYTES }, label, bytes);
      return new CpuBuffer(label, bytes, countBuffer(counters, bytes));
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
      return ranges.map((range) => {
        counters.bytesRead += range.bytes;
        return (range.buffer as CpuBuffer).data.slice(range.offset, range.offset + range.bytes);
      });
    },
    async prepare(dispatches: readonly Dispatch[]): Promise<CpuSequence> {
      dispatches.forEach(checkDispatch);
      for (const dispatch of dispatches) checkFeatures(dispatch, { name, f16: false, supports });
      const views = dispatches.map((dispatch) =>
        Object.fromEntries(
          Object.entries(dispatch.bindings).map(([name, range]) => [
            name,
            view(range, (dispatch.kernel.bindings[name] as Binding).element),
          ]),
        ),
      );
      return { dispatches, views, destroy() {} };
    },
    async compile() {},
    submit,
    async idle() {},
    profile: async () => null,
    destroy() {},
  };
}
