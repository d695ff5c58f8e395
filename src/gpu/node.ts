/**
 * WebGPU in Node through Dawn. It uses the machine's own driver if Dawn accepts it; else, on Linux, SwiftShader from the dev
 * dependencies. Node only.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import koffi from 'koffi';
import { create } from 'webgpu';
import { excerpt, quote } from '../quote';
import { CACHE, unpackBundled } from './bundled';
import type { Device } from './device';
import { withStderrHeld } from './stderr';
import { openTuningCache, type TuningCacheFile } from './tuningCache';
import { waitWithoutBlocking } from './waitWithoutBlocking';
import { openWebGpuDevice } from './webgpu';

/** File name of Vulkan's loader, as Dawn looks for it on Linux. */
const LOADER = 'libvulkan.so.1';

/** Objects that must never be collected. Dawn crashes if the result of `create` is, while a device lives. */
const alive: unknown[] = [];

const DRIVERS = ['bundled', 'system'] as const;

/** Driver that `GROUPTHINK_DRIVER` names; null prefers the machine's own. */
function askedDriver(): (typeof DRIVERS)[number] | null {
  const asked = process.env.GROUPTHINK_DRIVER;
  if (!asked) return null;
  const known = DRIVERS.find((driver) => driver === asked);
  if (!known) throw new Error(`GROUPTHINK_DRIVER is ${quote(asked)}; use ${DRIVERS.join(' or ')}, or unset it`);
  return known;
}

/** Asks Dawn for an adapter. Returns what Dawn writes to the terminal meanwhile as `said`. */
async function requestAdapter(): Promise<{ adapter: GPUAdapter | null; said: string }> {
  const { result, text } = await withStderrHeld(async () => {
    const gpu = create([]);
    alive.push(gpu);
    return gpu.requestAdapter({ powerPreference: 'high-performance' });
  });
  return { adapter: result, said: text.trim() };
}

/** Loads a library for the whole process; false if it fails. */
function loadLibrary(file: string): boolean {
  try {
    alive.push(koffi.load(file));
    return true;
  } catch {
    return false;
  }
}

/** Points Vulkan at the bundled SwiftShader and loads its loader under the name that Dawn looks for. */
async function loadBundledDriver(): Promise<void> {
  const folder = await unpackBundled('swiftshader');
  process.env.VK_ICD_FILENAMES = path.join(folder, 'vk_swiftshader_icd.json');
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES;
  const loader = path.join(folder, LOADER);
  if (!loadLibrary(loader))
    throw new Error(`${loader} cannot be loaded; delete its folder, and the next start unpacks it again`);
}

/** Tuning cache of an adapter: a file in the cache folder. */
function cacheFile(adapterName: string): TuningCacheFile {
  const file = path.join(CACHE, 'tuning', `${adapterName.replace(/[^\w.-]+/g, '_')}.jsonl`);
  return {
    load: () => readFile(file, 'utf8'),
    // synchronous, so that a process that ends right after a measurement has saved it
    async append(line) {
      mkdirSync(path.dirname(file), { recursive: true });
      appendFileSync(file, line);
    },
  };
}

/**
 * Opens Dawn's best adapter: the machine's own, else, on Linux, the bundled SwiftShader. `GROUPTHINK_DRIVER=bundled` chooses
 * SwiftShader, and `GROUPTHINK_DRIVER=system` only the machine's own driver.
 * @param onLost called once with the reason if the device is lost
 * @throws if there is no driver, with Dawn's own words
 */
export async function openNodeDevice(onLost?: (reason: string) => void): Promise<Device> {
  const asked = askedDriver();
  const linux = process.platform === 'linux';
  // Dawn prints a warning if it finds no Vulkan loader, so load ours first
  const bundledFirst = linux && asked !== 'system' && (asked === 'bundled' || !loadLibrary(LOADER));
  if (bundledFirst) await loadBundledDriver();
  let { adapter, said } = await requestAdapter();
  if (!adapter && linux && !asked && !bundledFirst) {
    await loadBundledDriver();
    ({ adapter, said } = await requestAdapter());
  }
  if (!adapter) {
    const why = said ? `. Dawn said: ${excerpt(said, 300)}` : '';
    throw new Error(`no WebGPU adapter on this machine; install a Vulkan driver, or use the CPU${why}`);
  }
  return openWebGpuDevice(adapter, {
    wait: waitWithoutBlocking,
    ...(onLost && { onLost }),
    openTuningCache: (name) => openTuningCache(cacheFile(name)),
  });
}
