/**
 * Adapters whose readbacks are slow. Gecko asks the GPU what is done every 100 ms, and at every submit: while a readback is
 * pending there, empty submits bring its answer after 1 to 5 ms.
 */

/** Awaits a promise of the GPU. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

/** Milliseconds from which on a readback of an idle adapter is slow: others answer within a few. */
const SLOW = 40;
/** Readbacks that are timed until one is not slow: other work on the machine may hold one up. */
const TRIES = 3;
/** Milliseconds between two empty submits. Browsers make it 4. */
const PAUSE = 2;

const USAGE = { mapRead: 1, copySrc: 4, copyDst: 8 };

/** Whether every readback of a few bytes is slow on this device, which is otherwise idle. */
async function readsSlowly(device: GPUDevice, wait: Wait): Promise<boolean> {
  const source = device.createBuffer({ size: 16, usage: USAGE.copySrc });
  const staging = device.createBuffer({ size: 16, usage: USAGE.mapRead | USAGE.copyDst });
  try {
    for (let tried = 0; tried < TRIES; tried++) {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, 0, staging, 0, 16);
      device.queue.submit([encoder.finish()]);
      const began = performance.now();
      await wait(staging.mapAsync(USAGE.mapRead));
      if (performance.now() - began < SLOW) return false;
      staging.unmap();
    }
    return true;
  } finally {
    for (const buffer of [source, staging]) buffer.destroy();
  }
}

/** Hands the queue empty submits while promises are pending, one series however many they are. */
export function withEmptySubmits(queue: Pick<GPUQueue, 'submit'>, wait: Wait): Wait {
  let pending = 0;
  let running = false;
  const submit = () => {
    running = pending > 0;
    if (!running) return;
    queue.submit([]);
    setTimeout(submit, PAUSE);
  };
  return (promise) => {
    pending++;
    if (!running) setTimeout(submit, PAUSE);
    running = true;
    return wait(promise).finally(() => {
      pending--;
    });
  };
}

/** Awaits readbacks and the end of the queue's work on this device, the way that is fastest there. Measures it once. */
export const readbackWait = async (device: GPUDevice, wait: Wait): Promise<Wait> =>
  (await readsSlowly(device, wait)) ? withEmptySubmits(device.queue, wait) : wait;
