/** What is asked of a WebGPU adapter: its own buffer limits, and the optional features that the lab uses where offered. */

/** Wanted beyond the default limits where the adapter has them: large models bind large buffers. */
const RAISED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;
const OPTIONAL_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const satisfies GPUFeatureName[];

/** Engines by their user agents, the more particular ones first. */
const ENGINES: readonly [pattern: RegExp, name: (version: string) => string][] = [
  [/\bFirefox\/(\d+)/, (version) => `Gecko ${version} (Firefox)`],
  [/(?:Headless)?Chrom(?:e|ium)\/(\d+)/, (version) => `Blink ${version} (Chromium)`],
  [/\bVersion\/(\d+).*\bSafari\//, (version) => `WebKit ${version} (Safari)`],
  [/\bAppleWebKit\/(\d+)/, (version) => `WebKit ${version}`],
];

/** The browser's engine; null where the user agent names none that is known. */
function engineOf(userAgent: string): string | null {
  for (const [pattern, name] of ENGINES) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return name(version);
  }
  return null;
}

/**
 * The adapter in words a person recognises. Where it tells nothing about itself, the browser's engine, and whether the adapter
 * is software.
 */
export function describeAdapter(
  info: GPUAdapterInfo,
  userAgent: string = globalThis.navigator?.userAgent ?? '',
): string {
  const words = [info.description, info.device, info.architecture, info.vendor].find((text) => text);
  if (words) return `WebGPU: ${words}`;
  const engine = engineOf(userAgent);
  if (!engine) return 'WebGPU';
  return `WebGPU: ${engine}${info.isFallbackAdapter ? ', software' : ''}`;
}

/** Opens a device with the adapter's own limits and whatever optional features it has. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/** Invocations of every subgroup on this device; null where there are no subgroups or their size varies. */
export function fixedSubgroupSize(
  device: GPUDevice,
  { subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo,
): number | null {
  return device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : null;
}
