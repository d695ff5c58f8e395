/**
 * WebGPU in Node through Dawn: the machine's own driver where Dawn takes it, else, on Linux, the SwiftShader that comes with
 * the dev dependencies. Node only.
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

/** The name by which Dawn looks for Vulkan's loader on Linux. */
const LOADER = 'libvulkan.so.1';

/** Dawn crashes when the object that `create` returns is collected while a device lives: these live for ever. */
const alive: unknown[] = [];

const DRIVERS = ['bundled', 'system'] as const;

/** Which driver `GROUPTHINK_DRIVER` asks for; null lets the machine's own one come first. */
function askedDriver(): (typeof DRIVERS)[number] | null {
  const asked = process.env.GROUPTHINK_DRIVER;
  if (!asked) return null;
  const known = DRIVERS.find((driver) => driver === asked);
  if (!known) throw new Error(`GROUPTHINK_DRIVER is ${quote(asked)}: it takes ${DRIVERS.join(' or ')}, or nothing`);
  return known;
}

/** Asks Dawn for an adapter. What Dawn writes to the terminal meanwhile comes back as `said`. */
async function requestAdapter(): Promise<{ adapter: GPUAdapter | null; said: string }> {
  const { result, text } = await withStderrHeld(async () => {
    const gpu = create([]);
    alive.push(gpu);
    return gpu.requestAdapter({ powerPreference: 'high-performance' });
  });
  return { adapter: result, said: text.trim() };
}

/** Loads a library for the whole process; false where there is none. */
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
    throw new Error(`${loader} cannot be loaded: delete that folder, so that it is unpacked anew`);
}

/** The adapter's tuning cache: a file in the cache folder. */
function cacheFile(adapterName: string): TuningCacheFile {
  const file = path.join(CACHE, 'tuning', `${adapterName.replace(/[^\w.-]+/g, '_')}.jsonl`);
  return {
    load: () => readFile(file, 'utf8'),
    // at once, so that a process that ends right after a measurement has saved it
    async append(line) {
      mkdirSync(path.dirname(file), { recursive: true });
      appendFileSync(file, line);
    },
  };
}

/**
 * Opens Dawn's best adapter: the machine's own, else, on Linux, the bundled SwiftShader. `GROUPTHINK_DRIVER=bundled` takes
 * SwiftShader at once, `GROUPTHINK_DRIVER=system` takes no other than the machine's own.
 * @throws where no driver is to be had, with what Dawn said.
 */
export async function openNodeDevice(): Promise<Device> {
  const asked = askedDriver();
  const linux = process.platform === 'linux';
  // Dawn complains aloud where it finds no loader of Vulkan, so ours is in place before it looks.
  const bundledFirst = linux && asked !== 'system' && (asked === 'bundled' || !loadLibrary(LOADER));
  if (bundledFirst) await loadBundledDriver();
  let { adapter, said } = await requestAdapter();
  if (!adapter && linux && !asked && !bundledFirst) {
    await loadBundledDriver();
    ({ adapter, said } = await requestAdapter());
  }
  if (!adapter) {
    const why = said ? `. Dawn said: ${excerpt(said, 300)}` : '';
    throw new Error(`no WebGPU adapter: Dawn found no driver that it can use on this machine${why}`);
  }
  return openWebGpuDevice(adapter, {
    wait: waitWithoutBlocking,
    openTuningCache: (name) => openTuningCache(cacheFile(name)),
  });
}
