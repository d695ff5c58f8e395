/** Kernels that rest on an optional feature are tried on their own cases before they are used, once a device. */
import type { Device } from '../../gpu/device';
import type { AnyKernel } from '../../gpu/kernel';
import { type Mismatch, trialsOf, tryKernel } from '../../kernels/conformance';
import type { KernelVariant } from '../../kernels/variant';

/** The mismatch of each kernel that was tried on a device, null where it computes right. */
const mismatches = new WeakMap<Device, Map<AnyKernel, Promise<Mismatch>>>();
/** Kernels that were found to compute what their plain loops do. */
const sound = new WeakMap<Device, Set<AnyKernel>>();

export function mismatchOf(device: Device, kernel: AnyKernel): Promise<Mismatch> {
  const ofDevice = mismatches.get(device) ?? new Map<AnyKernel, Promise<Mismatch>>();
  mismatches.set(device, ofDevice);
  const verdict = ofDevice.get(kernel) ?? tryAll(device, kernel);
  ofDevice.set(kernel, verdict);
  return verdict;
}

/** Compiles side by side all that the trials of these kernels need; a trial names the one that does not compile. */
export const compileTrials = (device: Device, kernels: readonly AnyKernel[]): Promise<void> =>
  device
    .compile(
      trialsOf(kernels).map(({ kernel, case: trial }) => ({
        kernel,
        constants: { ...kernel.constants, ...trial.constants },
      })),
    )
    .catch(() => {});

async function tryAll(device: Device, kernel: AnyKernel): Promise<Mismatch> {
  if (!device.supports(kernel)) return 'its feature is not there';
  try {
    for (const trial of trialsOf([kernel])) {
      const verdict = await tryKernel(device, trial);
      if (verdict !== null) return `${trial.case.label}: ${verdict}`;
    }
  } catch (error) {
    return String(error); // a driver that does not compile it
  }
  sound.set(device, (sound.get(device) ?? new Set()).add(kernel));
  return null;
}

export const proven = async (device: Device, kernel: AnyKernel): Promise<boolean> =>
  (await mismatchOf(device, kernel)) === null;

/** True where a kernel rests on no optional feature, or was proven on the device; where nothing is measured, any is taken. */
export const mayTake = (device: Device, kernel: AnyKernel): boolean =>
  kernel.subgroupSize === undefined || !device.measures || (sound.get(device)?.has(kernel) ?? false);

/** Variants worth a measurement for a shape, in their order. Tries those for subgroups first, once a device. */
export async function usableVariants<Shape, V extends KernelVariant<Shape>>(
  device: Device,
  variants: readonly V[],
  shape: Shape,
): Promise<V[]> {
  const { software } = device;
  const sharing = variants.filter(
    ({ kernel, usable }) => kernel.subgroupSize !== undefined && usable({ software, subgroups: true }, shape),
  );
  let subgroups = sharing.length > 0;
  for (const { kernel } of sharing) subgroups = (await proven(device, kernel)) && subgroups;
  return variants.filter(({ usable }) => usable({ software, subgroups }, shape));
}

/** The variant that the tuning cache names, if it is there and may be taken. */
export const notedVariant = <Shape, V extends KernelVariant<Shape>>(
  device: Device,
  variants: readonly V[],
  shape: Shape,
  name: string | undefined,
): V | undefined =>
  variants.find(
    (variant) =>
      variant.name === name && mayTake(device, variant.kernel) && variant.usable({ software: device.software }, shape),
  );
