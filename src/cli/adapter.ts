/** The device that the terminal computes on. The CPU reference is taken where it is asked for by name, never silently. */
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { openNodeDevice } from '../gpu/node';
import { excerpt } from '../quote';
import { InputError } from './input';

const NAMES = ['auto', 'webgpu', 'cpu'];

export const ADAPTER = {
  type: 'string',
  value: NAMES.join('|'),
  help: 'what it computes on: the best adapter of WebGPU, or the CPU reference in plain loops (default auto)',
} as const;

/** @param name `auto` and `webgpu` are Dawn's best adapter; `cpu` is the reference in plain loops */
export async function openAdapter(name = 'auto'): Promise<Device> {
  if (name === 'cpu') return openCpuDevice();
  if (name !== 'auto' && name !== 'webgpu')
    throw new InputError(`--adapter: ${excerpt(name)} is none of ${NAMES.join(', ')}`);
  return openNodeDevice();
}

/** Opens, works, closes. */
export async function withAdapter<T>(name: string | undefined, work: (device: Device) => Promise<T>): Promise<T> {
  const device = await openAdapter(name);
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}
