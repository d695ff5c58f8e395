/** Device of the terminal. The CPU reference is used only if the user names it. */
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { oneOf } from './input';

const NAMES = ['auto', 'webgpu', 'cpu'] as const;

export const ADAPTER = {
  type: 'string',
  value: NAMES.join('|'),
  help: 'device: auto and webgpu are the best WebGPU adapter, cpu is the CPU reference in plain loops (default auto)',
} as const;

/** @param onLost called once with the reason if the device is lost */
export const openAdapter = async (name = 'auto', onLost?: (reason: string) => void): Promise<Device> =>
  oneOf(name, NAMES, 'adapter') === 'cpu' ? openCpuDevice() : openNodeDevice(onLost);

/** Opens a device, runs the work, destroys the device. */
export async function withAdapter<T>(name: string | undefined, work: (device: Device) => Promise<T>): Promise<T> {
  const device = await openAdapter(name);
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}
