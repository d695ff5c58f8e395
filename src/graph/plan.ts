/**
 * Makes a traced graph ready to run: lays every intermediate into reused memory by liveness, then has the device make
 * pipelines and bind groups once. A run after that creates nothing.
 *
 * The memory is a set of slots, each one buffer that several tensors use one after another, rather than ranges of a single
 * arena: WebGPU forbids a dispatch to read and write the same buffer through different bindings, ranges or not.
 */
import type { BufferRange, Device, DeviceBuffer, Sequence } from '../gpu/device';
import type { Binding } from '../gpu/kernel';
import { elements, type Graph, type Storage, type Tensor } from './graph';

export interface Plan {
  readonly sequence: Sequence;
  /** Bytes of intermediates that the plan holds. */
  readonly bytes: number;
  /** Where a tensor stands: one marked as output, or external. */
  range(tensor: Tensor): BufferRange;
  destroy(): void;
}

interface Lifetime {
  readonly storage: Storage;
  readonly first: number;
  readonly last: number;
}

/** First and last dispatch that touches each intermediate; outputs live to the end. */
export function lifetimes(graph: Graph): Lifetime[] {
  const spans = new Map<Storage, { first: number; last: number }>();
  graph.nodes.forEach((node, i) => {
    for (const { storage } of Object.values(node.bindings)) {
      if (storage.external) continue;
      const span = spans.get(storage);
      if (span) span.last = i;
      else spans.set(storage, { first: i, last: i });
    }
  });
  return [...spans].map(([storage, { first, last }]) => ({
    storage,
    first,
    last: storage.output ? graph.nodes.length : last,
  }));
}

/**
 * Slot of every intermediate: the free slot whose size fits best, grown where it is too small; a new one where none is
 * free. Storages that one dispatch touches are alive together, so none of them share a slot.
 */
export function assignSlots(spans: readonly Lifetime[]): { slotOf: Map<Storage, number>; sizes: number[] } {
  const slotOf = new Map<Storage, number>();
  const sizes: number[] = [];
  const freeFrom: number[] = [];
  for (const { storage, first, last } of [...spans].sort((a, b) => a.first - b.first)) {
    const free = sizes.map((_, slot) => slot).filter((slot) => freeFrom[slot]! <= first);
    const waste = (slot: number) =>
      sizes[slot]! >= storage.bytes ? sizes[slot]! - storage.bytes : 2 * (storage.bytes - sizes[slot]!);
    const slot = free.sort((a, b) => waste(a) - waste(b))[0] ?? sizes.length;
    sizes[slot] = Math.max(sizes[slot] ?? 0, storage.bytes);
    freeFrom[slot] = last + 1;
    slotOf.set(storage, slot);
  }
  return { slotOf, sizes };
}

/** Fails where a dispatch would read and write one buffer through different bindings. */
function checkAliasing(graph: Graph): void {
  for (const { label, kernel, bindings } of graph.nodes) {
    const written = Object.entries(bindings).filter(([name]) => (kernel.bindings[name] as Binding).access !== 'read');
    for (const [name, tensor] of written)
      for (const [other, { storage }] of Object.entries(bindings))
        if (other !== name && storage === tensor.storage)
          throw new Error(`${label}: ${name} and ${other} are the same memory, and ${name} is written`);
  }
}

export async function makePlan(device: Device, graph: Graph): Promise<Plan> {
  checkAliasing(graph);
  const { slotOf, sizes } = assignSlots(lifetimes(graph));
  const slots: DeviceBuffer[] = sizes.map((bytes, i) => device.createBuffer(`slot ${i}`, Math.ceil(bytes / 16) * 16));
  const range = ({ label, storage, shape, offset }: Tensor): BufferRange => {
    const buffer = storage.external?.buffer ?? slots[slotOf.get(storage) ?? -1];
    if (!buffer) throw new Error(`${label} is not part of this plan`);
    // whole vec4 where they are bound as such; buffers end on one
    return { buffer, offset: (storage.external?.offset ?? 0) + offset, bytes: Math.ceil(elements(shape) / 4) * 16 };
  };
  const sequence = await device.prepare(
    graph.nodes.map(({ label, kernel, constants, bindings, params }) => ({
      label,
      kernel,
      constants,
      params,
      bindings: Object.fromEntries(Object.entries(bindings).map(([name, tensor]) => [name, range(tensor)])),
    })),
  );
  return {
    sequence,
    bytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
    range,
    destroy() {
      sequence.destroy();
      for (const slot of slots) slot.destroy();
    },
  };
}
