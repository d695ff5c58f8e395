/**
 * The counting device. It computes nothing and counts what a WebGPU device would hold, so that a caller knows the memory of a
 * plan before it takes any. Readbacks are zeros.
 */
import { checkBuffer, checkDispatch } from './checks';
import { countBuffer, noCounts } from './counters';
import type { BufferRange, Device, DeviceBuffer, Dispatch, Run } from './device';
import { Staging, stagingBytes } from './staging';
import { uniformBytes } from './uniforms';

/** Limits of the device to imitate, and its tuning cache if known. */
export type DeviceLimits = Pick<Device, 'name' | 'maxBindingBytes'> &
  Partial<Pick<Device, 'maxBufferBytes' | 'software' | 'tuningCache' | 'f16' | 'supports'>>;

/** @param onPrepare receives the dispatches of every plan */
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
    measures: false,
    // timings of this device mean nothing, so they are not stored
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
      const buffer = staging.take(stagingBytes(ranges));
      submit(runs);
      counters.readbacks++;
      await Promise.resolve(); // as on a GPU, readbacks requested together overlap
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
