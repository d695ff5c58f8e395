/** Kernels that rest on an optional feature are tried on their own cases before they are used, once a device. */
import type { Device } from '../../gpu/device';
import type { AnyKernel } from '../../gpu/kernel';
import { type Mismatch, trialsOf, tryKernel } from '../../kernels/conformance';

/** Of each kernel that was tried: what is wrong with it on this device, null where nothing is. */
const mismatches = new WeakMap<Device, Map<AnyKernel, Promise<Mismatch>>>();
/** Those that were found to compute what their plain loops do. */
const sound = new WeakMap<Device, Set<AnyKernel>>();

export function mismatchOf(device: Device, kernel: AnyKernel): Promise<Mismatch> {
  const ofDevice = mismatches.get(device) ?? new Map<AnyKernel, Promise<Mismatch>>();
  mismatches.set(device, ofDevice);
  const verdict = ofDevice.get(kernel) ?? tryAll(device, kernel);
  ofDevice.set(kernel, verdict);
  return verdict;
}

/** Compiles side by side what trying these kernels will want; one that does not compile is told when it is tried. */
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

/** Whether a kernel may be taken: it rests on no optional feature, or was proven here; where nothing runs, any may. */
export const mayTake = (device: Device, kernel: AnyKernel): boolean =>
  kernel.subgroupSize === undefined || device.kind === 'counting' || (sound.get(device)?.has(kernel) ?? false);
