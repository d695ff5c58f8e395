/** WebGPU in a browser (page or worker), and the distinct reasons for its absence. */
import { describeAdapter } from './adapter';
import type { DeviceLimits } from './counting';
import type { Device } from './device';
import { openTuningCache, type TuningCacheFile } from './tuningCache';
import { openWebGpuDevice } from './webgpu';

export type NoGpuCause = 'insecure' | 'unsupported' | 'no-adapter' | 'request-failed' | 'refused' | 'lost';

/** Reason for the absence of WebGPU. The screens say what to do about each. */
export class NoGpuError extends Error {
  constructor(
    readonly reason: NoGpuCause,
    message: string,
  ) {
    super(message);
  }
}

async function requestAdapter(): Promise<GPUAdapter> {
  if (!globalThis.isSecureContext) throw new NoGpuError('insecure', 'WebGPU needs https or localhost');
  if (!navigator.gpu) throw new NoGpuError('unsupported', 'this browser has no navigator.gpu');
  let adapter: GPUAdapter | null;
  try {
    adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    throw new NoGpuError('request-failed', `requestAdapter failed: ${String(error)}`);
  }
  if (!adapter) throw new NoGpuError('no-adapter', 'the browser offers no adapter');
  return adapter;
}

/** Name and limits of a device on this browser's adapter, without opening one. @throws NoGpuError */
export async function browserLimits(): Promise<DeviceLimits> {
  const { info, limits, features } = await requestAdapter();
  return {
    name: describeAdapter(info),
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
    software: info.isFallbackAdapter ?? false,
    f16: features.has('shader-f16'),
  };
}

/** Tuning cache of an adapter: a file in the origin's private file system. */
function privateFile(adapterName: string): TuningCacheFile {
  const name = `${adapterName.replace(/[^\w.-]+/g, '_')}.jsonl`;
  const handle = async (create: boolean) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('tuning', { create });
    return folder.getFileHandle(name, { create });
  };
  return {
    load: async () => (await (await handle(false)).getFile()).text(),
    // a writable replaces the whole file when it closes, so only one tab at a time may have one open
    append: (line) =>
      navigator.locks.request(`tuning/${name}`, async () => {
        const file = await handle(true);
        const { size } = await file.getFile();
        const writable = await file.createWritable({ keepExistingData: true });
        await writable.write({ type: 'write', position: size, data: line });
        await writable.close();
      }),
  };
}

/** Opens the browser's adapter. @throws NoGpuError */
export async function openBrowserDevice(onLost: (reason: string) => void): Promise<Device> {
  const adapter = await requestAdapter();
  try {
    return await openWebGpuDevice(adapter, { onLost, openTuningCache: (name) => openTuningCache(privateFile(name)) });
  } catch (error) {
    throw new NoGpuError('refused', `requestDevice failed: ${String(error)}`);
  }
}
