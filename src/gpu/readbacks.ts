/**
 * Faster readbacks where they are slow. Gecko polls the GPU every 100 ms and at every submit. Empty submits during a pending
 * readback therefore bring its answer after 1–5 ms.
 */
import { MAP_READ, USAGE } from './flags';

/** Awaits a promise of the GPU. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

/** Time from which a readback of an idle adapter is slow, ms. Other adapters answer within a few. */
const SLOW_MS = 40;
/** Largest number of timed readbacks. One fast readback suffices, because other work on the machine may delay one. */
const TRIES = 3;
/** Pause between two empty submits, ms. Browsers round it up to 4. */
const PAUSE_MS = 2;

/** True if every readback of a few bytes is slow on this device, which must be idle. */
async function readsSlowly(device: GPUDevice, wait: Wait): Promise<boolean> {
  const source = device.createBuffer({ size: 16, usage: USAGE.copySrc });
  const staging = device.createBuffer({ size: 16, usage: USAGE.mapRead | USAGE.copyDst });
  try {
    for (let tried = 0; tried < TRIES; tried++) {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, 0, staging, 0, 16);
      device.queue.submit([encoder.finish()]);
      const began = performance.now();
      await wait(staging.mapAsync(MAP_READ));
      if (performance.now() - began < SLOW_MS) return false;
      staging.unmap();
    }
    return true;
  } finally {
    for (const buffer of [source, staging]) buffer.destroy();
  }
}

/** Sends the queue empty submits while promises are pending: one series, however many promises. */
export function withEmptySubmits(queue: Pick<GPUQueue, 'submit'>, wait: Wait): Wait {
  let pending = 0;
  let running = false;
  const submit = () => {
    running = pending > 0;
    if (!running) return;
    queue.submit([]);
    setTimeout(submit, PAUSE_MS);
  };
  return (promise) => {
    pending++;
    if (!running) setTimeout(submit, PAUSE_MS);
    running = true;
    return wait(promise).finally(() => {
      pending--;
    });
  };
}

/** Fastest way to await readbacks and the end of the queue's work on this device. Measures it once. */
export const readbackWait = async (device: GPUDevice, wait: Wait): Promise<Wait> =>
  (await readsSlowly(device, wait)) ? withEmptySubmits(device.queue, wait) : wait;
