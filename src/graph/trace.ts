/** Tracing for a device: once to learn which shapes there are, then, when each has its fastest form, for good. */
import type { Device } from '../gpu/device';
import { formsOf, measureForms } from './forms/forms';
import { Graph } from './graph';

/**
 * @param build traces the computation; it is called once or twice and must trace the same each time
 * @returns the graph and what `build` returned for it
 */
export async function trace<T>(device: Device, build: (graph: Graph) => T): Promise<{ graph: Graph; traced: T }> {
  await measureForms(device, (forms) => build(new Graph(forms)));
  const graph = new Graph(formsOf(device));
  return { graph, traced: build(graph) };
}
