/** What is asked of a WebGPU adapter: its own buffer limits, and the optional features that the lab uses where offered. */

/** Wanted beyond the default limits where the adapter has them: large models bind large buffers. */
const RAISED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;
const OPTIONAL_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const satisfies GPUFeatureName[];

/** The adapter in words a person recognises. */
export function describeAdapter(info: GPUAdapterInfo): string {
  const words = [info.description, info.device, info.architecture, info.vendor].find((text) => text);
  return words ? `WebGPU: ${words}` : 'WebGPU';
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
