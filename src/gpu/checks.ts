/** Checks that a device makes before it computes: sizes against its limits, dispatches against their kernels' records. */
import { mebibytes } from '../units';
import type { Device, Dispatch } from './device';
import { storesHalf } from './kernel';

/** A buffer or binding that is larger than the device allows. Thrown before any computation starts. */
export class SizeError extends Error {
  /** @param what buffer and sizes, without advice */
  constructor(readonly what: string) {
    super(`${what}: choose a smaller model, shorter or fewer sequences at a time, or another adapter`);
  }
}

const oversized = (label: string, bytes: number, allows: string, most: number) =>
  new SizeError(`${label} needs a buffer of ${mebibytes(bytes)}; ${allows} ${mebibytes(most)}`);

/** @throws SizeError if one dispatch cannot bind so many bytes */
export function checkBinding(
  { name, maxBindingBytes }: Pick<Device, 'name' | 'maxBindingBytes'>,
  label: string,
  bytes: number,
): void {
  if (bytes > maxBindingBytes) throw oversized(label, bytes, `${name} binds at most`, maxBindingBytes);
}

/** @throws SizeError if the device has no buffer of so many bytes */
export function checkBuffer(
  { name, maxBufferBytes }: Pick<Device, 'name' | 'maxBufferBytes'>,
  label: string,
  bytes: number,
): void {
  if (bytes > maxBufferBytes) throw oversized(label, bytes, `a buffer of ${name} has at most`, maxBufferBytes);
}

/** @throws if the device lacks an optional feature that a kernel needs, or a dispatch does not match its kernel */
export function checkDispatches(
  dispatches: readonly Dispatch[],
  device: Pick<Device, 'name' | 'f16' | 'supports'>,
): void {
  dispatches.forEach(checkDispatch);
  for (const dispatch of dispatches) checkFeatures(dispatch, device);
}

function checkFeatures(
  { label, kernel }: Dispatch,
  { name, f16, supports }: Pick<Device, 'name' | 'f16' | 'supports'>,
): void {
  if (supports(kernel)) return;
  const need = storesHalf(kernel) && !f16 ? 'f16 in buffers' : `subgroups of ${kernel.subgroupSize}`;
  throw new Error(
    `${label}: ${kernel.name} needs ${need}, which ${name} does not have; choose another variant of the kernel`,
  );
}

/** Compares a dispatch with its kernel's record, so that a wrong name fails while the plan is built. */
export function checkDispatch({ kernel, label, bindings, params }: Dispatch): void {
  const compare = (kind: string, want: object, got: object) => {
    const missing = Object.keys(want).filter((name) => !Object.hasOwn(got, name));
    const unknown = Object.keys(got).filter((name) => !Object.hasOwn(want, name));
    const faults = [
      ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
      ...(unknown.length > 0 ? [`unknown ${unknown.join(', ')}`] : []),
    ];
    if (faults.length > 0)
      throw new Error(
        `${label} (${kernel.name}): ${kind} ${faults.join(' and ')}; use the names of the kernel's record`,
      );
  };
  compare('bindings', kernel.bindings, bindings);
  compare('parameters', kernel.params, params);
}
