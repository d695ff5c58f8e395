/** The two devices that tests compute on: WebGPU through Dawn, and the CPU reference in plain loops. */
import { openCpuDevice } from './cpu';
import type { Device } from './device';
import { openNodeDevice } from './node';

/** Rows for `describe.each`: a name and a function that opens the device. */
export const bothDevices: readonly (readonly [name: string, open: () => Promise<Device>])[] = [
  ['Dawn', openNodeDevice],
  ['the CPU device', async () => openCpuDevice()],
];
