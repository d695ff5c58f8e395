/** Requests to a WebGPU adapter: its own buffer limits, and the optional features that the lab uses where offered. */

/** Limits to raise to the adapter's own, because large models bind large buffers. */
const RAISED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;
const OPTIONAL_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const satisfies GPUFeatureName[];

/** Engines by their user agents, the most specific first. */
const ENGINES: readonly [pattern: RegExp, name: (version: string) => string][] = [
  [/\bFirefox\/(\d+)/, (version) => `Gecko ${version} (Firefox)`],
  [/(?:Headless)?Chrom(?:e|ium)\/(\d+)/, (version) => `Blink ${version} (Chromium)`],
  [/\bVersion\/(\d+).*\bSafari\//, (version) => `WebKit ${version} (Safari)`],
  [/\bAppleWebKit\/(\d+)/, (version) => `WebKit ${version}`],
];

/** The browser's engine; null if the user agent names no known one. */
function engineOf(userAgent: string): string | null {
  for (const [pattern, name] of ENGINES) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return name(version);
  }
  return null;
}

/**
 * Name of the adapter that a person recognises. If the adapter gives none, the browser's engine, with a mark for a software
 * adapter.
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

/** Opens a device with the adapter's own limits and all the optional features it has. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/** Size of every subgroup on this device; null without subgroups or if their size varies. */
export function fixedSubgroupSize(
  device: GPUDevice,
  { subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo,
): number | null {
  return device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : null;
}
