/** WebGPU device in Node with little memory: buffers beyond it are invalid, as after an out-of-memory error of a driver. */
import { create } from 'webgpu';
import type { Device } from './device';
import { openNodeDevice } from './node';
import { waitWithoutBlocking } from './waitWithoutBlocking';
import { openWebGpuDevice } from './webgpu';

/** Instances of Dawn, which crashes if they are collected while a device lives. */
const alive: unknown[] = [];

/** Makes the device refuse buffers beyond the bytes. */
function limit(device: GPUDevice, bytes: () => number): GPUDevice {
  let live = 0;
  const scopes: { readonly filter: GPUErrorFilter; refused: boolean }[] = [];
  const makeBuffer = device.createBuffer.bind(device);
  const [push, pop] = [device.pushErrorScope.bind(device), device.popErrorScope.bind(device)];
  return Object.assign(device, {
    createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
      const { size } = descriptor;
      if (live + size > bytes()) {
        const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory');
        if (!scope) throw new Error('a buffer was made outside of a scope for out-of-memory errors');
        scope.refused = true;
        push('validation');
        const invalid = makeBuffer({ ...descriptor, usage: 0 });
        void pop();
        return invalid;
      }
      live += size;
      const buffer = makeBuffer(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      return Object.assign(buffer, {
        destroy() {
          live -= size;
          destroy();
        },
      });
    },
    pushErrorScope(filter: GPUErrorFilter) {
      scopes.push({ filter, refused: false });
      push(filter);
    },
    async popErrorScope() {
      const scope = scopes.pop();
      const error = await pop();
      return scope?.refused ? ({ message: 'out of memory' } as GPUError) : error;
    },
  });
}

/** @param bytes memory of the device; read at each buffer */
export async function openLimitedDevice(bytes: () => number): Promise<Device> {
  (await openNodeDevice()).destroy(); // loads the driver
  const gpu = create([]);
  alive.push(gpu);
  const adapter = (await gpu.requestAdapter())!;
  const { info, limits, features } = adapter;
  const requestDevice = async (descriptor: GPUDeviceDescriptor) =>
    limit(await adapter.requestDevice(descriptor), bytes);
  const limited = { info, limits, features, requestDevice } as unknown as GPUAdapter;
  return openWebGpuDevice(limited, { wait: waitWithoutBlocking });
}
