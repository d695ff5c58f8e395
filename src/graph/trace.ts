/** Tracing for a device: once to learn which shapes there are, then, when each has its fastest variant, for good. */
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
