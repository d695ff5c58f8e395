/**
 * WebGPU in Node through Dawn: the machine's own driver where Dawn takes it, else, on Linux, the SwiftShader that comes with
 * the dev dependencies. Node only.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { create } from 'webgpu';
import { CACHE, unpackBundled } from './bundled';
import type { Device } from './device';
import { type NotebookFile, openNotebook } from './notebook';
import { patiently } from './patience';
import { openWebGpuDevice } from './webgpu';

/** Dawn crashes when the object that `create` returns is collected while a device lives: these live for ever. */
const alive: GPU[] = [];

async function requestAdapter(): Promise<GPUAdapter | null> {
  const gpu = create([]);
  alive.push(gpu);
  return gpu.requestAdapter({ powerPreference: 'high-performance' });
}

/** Points Vulkan at the bundled SwiftShader and loads its loader under the name that Dawn looks for. */
async function loadBundledDriver(): Promise<void> {
  const folder = await unpackBundled('swiftshader');
  process.env.VK_ICD_FILENAMES = path.join(folder, 'vk_swiftshader_icd.json');
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES;
  const RTLD_NODELETE = 0x1000; // Node closes what is no addon again; the loader must stay
  try {
    process.dlopen({ exports: {} }, path.join(folder, 'libvulkan.so.1'), os.constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!/did not self-register/.test(String(error))) throw error; // what Node says of every library that is no addon
  }
}

/** The adapter's notebook: a file in the cache folder. */
function cacheFile(adapterName: string): NotebookFile {
  const file = path.join(CACHE, 'measured', `${adapterName.replace(/[^\w.-]+/g, '_')}.json`);
  return {
    load: () => readFile(file, 'utf8'),
    async save(text) {
      await mkdir(path.dirname(file), { recursive: true });
      // renamed, so that another process never reads half of it
      const beside = `${file}.${process.pid}`;
      await writeFile(beside, text);
      await rename(beside, file);
    },
  };
}

/** Opens Dawn's best adapter. `GROUPTHINK_DRIVER=bundled` takes the bundled SwiftShader at once. */
export async function openNodeDevice(): Promise<Device> {
  const bundledFirst = process.env.GROUPTHINK_DRIVER === 'bundled';
  let adapter = bundledFirst ? null : await requestAdapter();
  if (!adapter && process.platform === 'linux') {
    await loadBundledDriver();
    adapter = await requestAdapter();
  }
  if (!adapter) throw new Error('no WebGPU adapter: Dawn found no driver that it can use on this machine');
  return openWebGpuDevice(adapter, {
    wait: patiently,
    openNotebook: (name) => openNotebook(cacheFile(name)),
  });
}
