/**
 * One adapter for all peers: WebGPU on `navigator`, as in a page, on the driver that the lab uses. Each peer opens its own
 * device on it.
 */
import { create, globals } from 'webgpu';
import { openNodeDevice } from '../src/gpu/node';
import { installCounters } from './counters';
import { addFloat16Array, addIteratorHelpers } from './newerJavaScript';
import type { Options } from './options';

/** Installs WebGPU and returns the adapter's name. */
export async function openAdapter(name: Options['adapter']): Promise<string> {
  if (name === 'bundled') process.env.GROUPTHINK_DRIVER = 'bundled';
  // Mesa caches compiled shaders on disk: the first call of a peer would depend on earlier measurements
  process.env.MESA_SHADER_CACHE_DISABLE ??= 'true';
  const device = await openNodeDevice(); // finds the driver, or loads the bundled one
  device.destroy();
  Object.assign(globalThis, globals);
  addIteratorHelpers();
  addFloat16Array();
  const navigator = {
    gpu: create([]),
    userAgent: `Node.js/${process.version}`,
    hardwareConcurrency: 1,
    language: 'en',
  };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  copySharedWrites();
  installCounters();
  return device.name;
}

/** Dawn in Node refuses data in shared memory, where onnxruntime-web's WebAssembly lives. */
function copySharedWrites(): void {
  const { writeBuffer } = GPUQueue.prototype;
  type Arguments = Parameters<GPUQueue['writeBuffer']>;
  GPUQueue.prototype.writeBuffer = function (...given: Arguments) {
    const [buffer, offset, data, dataOffset = 0, size] = given;
    const view = data as Uint8Array | SharedArrayBuffer;
    const shared = ArrayBuffer.isView(view) ? view.buffer : view;
    if (!(shared instanceof SharedArrayBuffer)) return writeBuffer.apply(this, given);
    const element = ArrayBuffer.isView(view) ? view.BYTES_PER_ELEMENT : 1;
    const start = (ArrayBuffer.isView(view) ? view.byteOffset : 0) + dataOffset * element;
    const bytes = size === undefined ? view.byteLength - dataOffset * element : size * element;
    return writeBuffer.call(this, buffer, offset, new Uint8Array(shared, start, bytes).slice());
  };
}
