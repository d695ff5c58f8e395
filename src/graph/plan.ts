/**
 * Makes a traced graph ready to run: lays every intermediate into reused memory by liveness, then has the device make
 * pipelines and bind groups once. A run after that creates nothing.
 *
 * The memory is a set of slots, each one buffer that several tensors use one after another, rather than ranges of a single
 * arena: WebGPU forbids a dispatch to read and write the same buffer through different bindings, ranges or not.
 */
import { checkBinding } from '../gpu/checks';
import type { BufferRange, Device, DeviceBuffer, Sequence } from '../gpu/device';
import { BYTES } from '../gpu/dtype';
import type { Binding } from '../gpu/kernel';
import { elements, type Graph, type Storage, type Tensor } from './graph';

export interface Plan {
  readonly sequence: Sequence;
  /** Bytes of intermediates that the plan holds. */
  readonly bytes: number;
  /** Peak bytes of saved activations: intermediates of the forward pass that gradients read. Any plan holds them at once. */
  readonly savedBytes: number;
  /** Memory of a tensor that is marked as output, or external. */
  range(tensor: Tensor): BufferRange;
  destroy(): void;
}

interface Lifetime {
  readonly storage: Storage;
  readonly first: number;
  readonly last: number;
}

/**
 * Peak bytes of saved activations at the borders of the backward pass: intermediates written before the border and read after
 * it. With recomputed blocks, these are the inputs of the earlier blocks and all of the block that was just recomputed.
 */
function savedBytes(spans: readonly Lifetime[], forward: Graph['forward']): number {
  const computed = spans.filter((span) => forward.some(({ first, last }) => first <= span.first && span.first < last));
  const standing = forward.map(({ last: boundary }) =>
    computed
      .filter(({ first, last }) => first < boundary && last >= boundary)
      .reduce((sum, { storage }) => sum + storage.bytes, 0),
  );
  return Math.max(0, ...standing);
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
 * Slot of every intermediate, largest first (the order of TensorFlow Lite's greedy-by-size planner): the slot that is free
 * over its whole lifetime and fits best, else a new one. So a slot is as large as its first tensor and never grows. Storages
 * that one dispatch touches are alive together: none of them share a slot. An output has a slot of its own, because a
 * readback stages whole buffers.
 */
export function assignSlots(spans: readonly Lifetime[]): { slotOf: Map<Storage, number>; sizes: number[] } {
  const slotOf = new Map<Storage, number>();
  const slots: { readonly bytes: number; readonly taken: Lifetime[] }[] = [];
  for (const span of [...spans].sort((a, b) => b.storage.bytes - a.storage.bytes || a.first - b.first)) {
    const { storage, first, last } = span;
    const shares = (taken: readonly Lifetime[]) =>
      !storage.output && taken.every((other) => !other.storage.output && (other.last < first || last < other.first));
    const free = slots.filter(({ taken }) => shares(taken));
    const best = free.reduce<(typeof slots)[number] | null>((a, b) => (a && a.bytes <= b.bytes ? a : b), null);
    const slot = best ?? { bytes: storage.bytes, taken: [] };
    if (!best) slots.push(slot);
    slot.taken.push(span);
    slotOf.set(storage, slots.indexOf(slot));
  }
  return { slotOf, sizes: slots.map(({ bytes }) => bytes) };
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

/** Bytes of a binding, rounded up to whole vec4. An empty tensor binds one vec4, because WebGPU has no empty binding. */
const boundBytes = ({ shape, dtype }: Tensor): number => Math.max(1, Math.ceil(elements(shape) / 4)) * 4 * BYTES[dtype];

/** @throws SizeError naming a tensor that the device does not bind */
function checkSizes(device: Device, graph: Graph): void {
  for (const { label, bindings } of graph.nodes)
    for (const tensor of Object.values(bindings))
      checkBinding(device, `${tensor.label} [${tensor.shape.join(', ')}] (${label})`, boundBytes(tensor));
}

export async function makePlan(device: Device, graph: Graph): Promise<Plan> {
  checkAliasing(graph);
  checkSizes(device, graph);
  const spans = lifetimes(graph);
  const { slotOf, sizes } = assignSlots(spans);
  const slots: DeviceBuffer[] = sizes.map((bytes, i) =>
    device.createBuffer(`slot ${i}`, Math.max(1, Math.ceil(bytes / 16)) * 16),
  );
  const range = (tensor: Tensor): BufferRange => {
    const { label, storage, offset } = tensor;
    const buffer = storage.external?.buffer ?? slots[slotOf.get(storage) ?? -1];
    if (!buffer) throw new Error(`${label} is not part of this plan`);
    return { buffer, offset: (storage.external?.offset ?? 0) + offset, bytes: boundBytes(tensor) };
  };
  const dispatches = graph.nodes.map(({ label, kernel, constants, bindings, params }) => ({
    label,
    kernel,
    constants,
    params,
    bindings: Object.fromEntries(Object.entries(bindings).map(([name, tensor]) => [name, range(tensor)])),
  }));
  const sequence = await device.prepare(dispatches).catch((error: unknown) => {
    for (const slot of slots) slot.destroy();
    throw error;
  });
  return {
    sequence,
    bytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
    savedBytes: savedBytes(spans, graph.forward),
    range,
    destroy() {
      sequence.destroy();
      for (const slot of slots) slot.destroy();
    },
  };
}
