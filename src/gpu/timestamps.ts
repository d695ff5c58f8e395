/** Timing of dispatches by the adapter's own clock: each in its own pass between two timestamps. */
import { MAP_READ, USAGE } from './flags';
import type { Wait } from './readbacks';

/** WebGPU's limit for one query set. */
const MAX_QUERIES = 4096;

export type Encode = (pass: GPUComputePassEncoder) => void;

/**
 * Milliseconds of each piece of work, in order. Passes may overlap on some adapters, so their sum is at least the step's time.
 * @param wait awaits every promise of the GPU
 */
export async function timePasses(device: GPUDevice, work: readonly Encode[], wait: Wait): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let at = 0; at < work.length; at += MAX_QUERIES / 2) {
    const part = work.slice(at, at + MAX_QUERIES / 2);
    const querySet = device.createQuerySet({ type: 'timestamp', count: part.length * 2 });
    const bytes = part.length * 16;
    const resolved = device.createBuffer({ size: bytes, usage: USAGE.queryResolve | USAGE.copySrc });
    const staging = device.createBuffer({ size: bytes, usage: USAGE.mapRead | USAGE.copyDst });
    const encoder = device.createCommandEncoder();
    part.forEach((encode, i) => {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      encode(pass);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, part.length * 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await wait(staging.mapAsync(MAP_READ));
    const nanoseconds = new BigUint64Array(staging.getMappedRange());
    part.forEach((_, i) => {
      milliseconds.push(Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6);
    });
    for (const made of [querySet, resolved, staging]) made.destroy();
  }
  return milliseconds;
}
