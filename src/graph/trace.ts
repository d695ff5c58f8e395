/** Tracing for a device: once to list the shapes for autotuning, then again with the fastest variant of each. */
import type { Device } from '../gpu/device';
import { Graph } from './graph';
import { measureVariants, variantsOf } from './variants/choose';

/**
 * @param build traces the computation; it is called once or twice and must trace the same each time
 * @returns the graph and what `build` returned for it
 */
export async function trace<T>(device: Device, build: (graph: Graph) => T): Promise<{ graph: Graph; traced: T }> {
  await measureVariants(device, (variants) => build(new Graph(variants)));
  const graph = new Graph(variantsOf(device));
  return { graph, traced: build(graph) };
}
