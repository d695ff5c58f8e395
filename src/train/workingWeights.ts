/** Copy of the f32 weights that the forward pass reads in another type. The device rounds, so that every copy is the same. */
import type { Device } from '../gpu/device';
import { Graph, type Tensor } from '../graph/graph';
import { makePlan } from '../graph/plan';
import { copy } from '../kernels/copy';
import type { Model } from '../model/model';
import { type Arena, arenaSlices, type Slice } from '../model/parameters';

/** Numbers of a slice of an arena, [count]. */
export const flat = (graph: Graph, arena: Arena, slice: Slice): Tensor =>
  graph.external(arena.label, [slice.count], arena.slice(slice), arena.dtype);

/** Emits the copy; nothing where the forward pass reads the weights themselves. */
export function emitWorkingWeights(
  graph: Graph,
  device: Device,
  { weights, working }: Pick<Model, 'weights' | 'working'>,
) {
  if (working === weights) return;
  for (const slice of arenaSlices(weights.table, device)) {
    const [x, y] = [flat(graph, weights, slice), flat(graph, working, slice)];
    graph.dispatch('working weights', copy, { x, y }, { count: slice.count });
  }
}

/** Copies once, outside an optimizer step: weights that a device has trained are rounded by the device, not by the host. */
export async function renewWorkingWeights(model: Pick<Model, 'device' | 'weights' | 'working'>): Promise<void> {
  const { device, weights, working } = model;
  if (working === weights) return;
  const graph = new Graph();
  emitWorkingWeights(graph, device, model);
  const plan = await makePlan(device, graph);
  await device.read([{ buffer: working.buffer, offset: 0, bytes: 16 }], [{ sequence: plan.sequence }]);
  plan.destroy();
}
