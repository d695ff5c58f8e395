/** Counts WebGPU calls by wrapping the methods of its classes, so that every peer has the same counters. */

const wrapped = {
  dispatches: [
    ['GPUComputePassEncoder', 'dispatchWorkgroups'],
    ['GPUComputePassEncoder', 'dispatchWorkgroupsIndirect'],
  ],
  submits: [['GPUQueue', 'submit']],
  buffers_created: [['GPUDevice', 'createBuffer']],
  bind_groups_created: [['GPUDevice', 'createBindGroup']],
  blocking_readbacks: [['GPUBuffer', 'mapAsync']],
} as const;

export type Counts = Record<keyof typeof wrapped, number>;
const names = Object.keys(wrapped) as (keyof Counts)[];
const total = Object.fromEntries(names.map((name) => [name, 0])) as Counts;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Wraps the methods. Call it once, after WebGPU's classes are global and before a peer can keep a method. */
export function installCounters(): void {
  for (const name of names)
    for (const [className, method] of wrapped[name]) {
      const { prototype } = (globalThis as unknown as Record<string, { prototype: Record<string, Method> }>)[
        className
      ]!;
      const original = prototype[method]!;
      Object.defineProperty(prototype, method, {
        configurable: true,
        writable: true,
        value(this: unknown, ...args: unknown[]) {
          total[name]++;
          return original.apply(this, args);
        },
      });
    }
}

export const countsNow = (): Counts => ({ ...total });

export const countsSince = (before: Counts): Counts =>
  Object.fromEntries(names.map((name) => [name, total[name] - before[name]])) as Counts;

/** Combines each counter separately. */
export const combineCounts = (all: readonly Counts[], combine: (values: number[]) => number): Counts =>
  Object.fromEntries(names.map((name) => [name, combine(all.map((counts) => counts[name]))])) as Counts;
