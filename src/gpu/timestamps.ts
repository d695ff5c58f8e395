/** Times dispatches by the adapter's own clock: each in a pass of its own between two timestamps. */
import type { Wait } from './readbacks';

/** WebGPU's limit for one query set. */
const MOST_QUERIES = 4096;
const USAGE = { mapRead: 1, copySrc: 4, copyDst: 8, queryResolve: 512 };

export type Encode = (pass: GPUComputePassEncoder) => void;

/**
 * Milliseconds of each piece of work, in order. Passes side by side may overlap on an adapter that can: the sum is no less
 * than the step.
 * @param wait what every promise of the GPU is awaited through
 */
export async function timePasses(device: GPUDevice, work: readonly Encode[], wait: Wait): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let at = 0; at < work.length; at += MOST_QUERIES / 2) {
    const part = work.slice(at, at + MOST_QUERIES / 2);
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
    await wait(staging.mapAsync(1));
    const nanoseconds = new BigUint64Array(staging.getMappedRange());
    part.forEach((_, i) => {
      milliseconds.push(Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6);
    });
    for (const made of [querySet, resolved, staging]) made.destroy();
  }
  return milliseconds;
}
