/**
 * A device that computes nothing and counts what a WebGPU device would hold: whatever is opened on it tells how much memory
 * it will take before it takes it. Readbacks are zeros.
 */
import {
  type BufferRange,
  checkBuffer,
  checkDispatch,
  countBuffer,
  type Device,
  type DeviceBuffer,
  type Dispatch,
  noCounts,
  type Run,
  uniformBytes,
} from './device';
import { Staging } from './staging';

/** Of the device that is stood in for; what it has measured, where that is known. */
export type DeviceLimits = Pick<Device, 'name' | 'maxBindingBytes'> &
  Partial<Pick<Device, 'maxBufferBytes' | 'software' | 'tuningCache' | 'f16' | 'supports'>>;

/** @param onPrepare told what a plan is made of */
export function openCountingDevice(
  {
    name,
    maxBindingBytes,
    maxBufferBytes = Number.POSITIVE_INFINITY,
    software = true,
    tuningCache = null,
    f16 = false,
    supports = () => true,
  }: DeviceLimits,
  onPrepare: (dispatches: readonly Dispatch[]) => void = () => {},
): Device {
  const counters = noCounts();
  const createBuffer = (label: string, bytes: number): DeviceBuffer => {
    checkBuffer({ name, maxBufferBytes }, label, bytes);
    return { label, bytes, destroy: countBuffer(counters, bytes) };
  };
  const staging = new Staging((bytes) => createBuffer('staging', bytes), maxBufferBytes);
  const submit = (runs: readonly Run[]) => {
    counters.submits++;
    for (const { sequence, repeat = 1 } of runs) counters.dispatches += sequence.dispatches.length * repeat;
  };
  return {
    kind: 'counting',
    name,
    counters,
    maxBindingBytes,
    maxBufferBytes,
    software,
    // nothing that is measured here is worth a note
    tuningCache: tuningCache && { get: tuningCache.get, set() {} },
    f16,
    supports,
    forgetPeak() {
      staging.clear();
      counters.bytesPeak = counters.bytesLive;
    },
    createBuffer,
    write(_, data) {
      counters.bytesWritten += data.byteLength;
    },
    copy() {
      counters.submits++;
    },
    async read(ranges: readonly BufferRange[], runs = []) {
      const buffer = staging.take(ranges.reduce((sum, range) => sum + range.buffer.bytes, 0));
      submit(runs);
      counters.readbacks++;
      await Promise.resolve(); // as on a GPU, readbacks that are asked for together are under way together
      staging.give(buffer);
      return ranges.map(({ bytes }) => new ArrayBuffer(bytes));
    },
    async prepare(dispatches: readonly Dispatch[]) {
      dispatches.forEach(checkDispatch);
      counters.bindGroups += dispatches.length;
      onPrepare(dispatches);
      const uniforms = createBuffer('uniforms', uniformBytes(dispatches));
      return { dispatches, destroy: () => uniforms.destroy() };
    },
    async compile() {},
    submit,
    async idle() {},
    profile: async () => null,
    destroy() {},
  };
}
