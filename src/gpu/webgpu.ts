/**
 * The WebGPU device, the same in a browser and on Dawn in Node. A submit writes the uniforms that changed, encodes one pass
 * and submits once, or more often where its time budget is used up (budget.ts).
 */
import { describeAdapter, fixedSubgroupSize, requestDevice } from './adapter';
import { SubmitBudget } from './budget';
import { checkDispatches } from './checks';
import { noCounts } from './counters';
import type { Device, Dispatch, Run, Timing } from './device';
import { MAP_READ, USAGE } from './flags';
import { type AnyKernel, storesHalf } from './kernel';
import { DeviceFailure } from './outOfMemory';
import { Pipelines } from './pipelines';
import { readbackWait, type Wait } from './readbacks';
import { Staging, stagingBytes } from './staging';
import { timePasses } from './timestamps';
import type { TuningCache } from './tuningCache';
import { bufferMaker, gpuBuffer, Sequences, type WebGpuSequence } from './webgpuSequence';
import { Submitter } from './webgpuSubmit';

export interface WebGpuOptions {
  /** Called once with the reason if the device is lost for any reason but `destroy`. */
  readonly onLost?: (reason: string) => void;
  /** Awaits every promise of the GPU. */
  readonly wait?: Wait;
  /** Opens the tuning cache of an adapter. */
  readonly openTuningCache?: (adapterName: string) => Promise<TuningCache>;
}

export async function openWebGpuDevice(
  adapter: GPUAdapter,
  { onLost = () => {}, wait = (promise) => promise, openTuningCache }: WebGpuOptions = {},
): Promise<Device> {
  const device = await requestDevice(adapter);
  const name = describeAdapter(adapter.info);
  const tuningCache = (await openTuningCache?.(name)) ?? null;
  const waitForQueue = await readbackWait(device, wait);
  const subgroupSize = fixedSubgroupSize(device, adapter.info);
  const f16 = device.features.has('shader-f16');
  const supports = (kernel: AnyKernel) =>
    (kernel.subgroupSize === undefined || kernel.subgroupSize === subgroupSize) && (f16 || !storesHalf(kernel));
  const maxBufferBytes = device.limits.maxBufferSize;
  const counters = noCounts();
  const pipelines = new Pipelines(device, counters);
  const failure = new DeviceFailure(device, wait);
  const throwIfFailed = () => failure.throwIfAny();
  let closed = false;
  device.addEventListener('uncapturederror', (event) => {
    failure.uncaptured((event as GPUUncapturedErrorEvent).error, counters.bytesLive);
  });
  void device.lost.then((info) => {
    if (closed) return;
    const reason = `the GPU device was lost: ${info.message || info.reason}`;
    failure.lost(reason);
    onLost(reason);
  });

  const makeBuffer = bufferMaker(failure, { name, maxBufferBytes }, counters);
  const staging = new Staging((bytes) => makeBuffer('staging', bytes, USAGE.mapRead | USAGE.copyDst), maxBufferBytes);
  const sequences = new Sequences(device, counters, pipelines, makeBuffer, wait);
  const budget = new SubmitBudget();
  const submitter = new Submitter(device, counters, sequences, budget);

  return {
    kind: 'webgpu',
    name,
    counters,
    tuningCache,
    f16,
    supports,
    maxBindingBytes: device.limits.maxStorageBufferBindingSize,
    maxBufferBytes,
    software: adapter.info.isFallbackAdapter ?? false,
    measures: true,
    forgetPeak() {
      staging.clear();
      counters.bytesPeak = counters.bytesLive;
    },
    createBuffer(label, bytes) {
      return makeBuffer(label, bytes, USAGE.storage | USAGE.copySrc | USAGE.copyDst);
    },
    write(buffer, data, offset = 0) {
      throwIfFailed();
      counters.bytesWritten += data.byteLength;
      device.queue.writeBuffer(gpuBuffer(buffer), offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    },
    copy(from, to) {
      throwIfFailed();
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(gpuBuffer(from), 0, gpuBuffer(to), 0, from.bytes);
      submitter.hand(encoder);
    },
    async read(ranges, runs = []) {
      throwIfFailed();
      const total = ranges.reduce((sum, range) => sum + range.bytes, 0);
      const staged = staging.take(stagingBytes(ranges));
      const buffer = staged.gpu;
      let at = 0;
      submitter.submit(runs, (encoder) => {
        for (const range of ranges) {
          encoder.copyBufferToBuffer(gpuBuffer(range.buffer), range.offset, buffer, at, range.bytes);
          at += range.bytes;
        }
      });
      const window = budget.openWindow();
      counters.readbacks++;
      counters.bytesRead += total;
      await waitForQueue(buffer.mapAsync(MAP_READ, 0, total)).catch(async (error: unknown) => {
        await failure.settled();
        throw new Error(closed ? 'the device was destroyed' : `reading back failed: ${String(error)}`);
      });
      budget.ended(window, performance.now());
      const mapped = buffer.getMappedRange(0, total);
      at = 0;
      const copies = ranges.map((range) => {
        const copy = mapped.slice(at, at + range.bytes);
        at += range.bytes;
        return copy;
      });
      buffer.unmap();
      staging.give(staged);
      await failure.settled();
      return copies;
    },
    async prepare(dispatches: readonly Dispatch[]): Promise<WebGpuSequence> {
      throwIfFailed();
      checkDispatches(dispatches, { name, f16, supports });
      return sequences.prepare(dispatches).catch(async (error: unknown) => {
        await failure.settled();
        throw error;
      });
    },
    async compile(dispatches) {
      await wait(Promise.all(dispatches.filter(({ kernel }) => supports(kernel)).map((d) => pipelines.pipelineOf(d))));
    },
    submit(runs: readonly Run[]) {
      throwIfFailed();
      submitter.submit(runs);
    },
    async profile(runs: readonly Run[]): Promise<Timing[] | null> {
      throwIfFailed();
      if (!device.features.has('timestamp-query')) return null;
      const steps = runs.flatMap(({ sequence, dynamics = {} }) => {
        const ready = sequence as WebGpuSequence;
        sequences.update(ready, dynamics);
        return ready.dispatches.map((dispatch, i) => ({
          dispatch,
          encode: (pass: GPUComputePassEncoder) => sequences.encodeDispatch(pass, ready, i),
        }));
      });
      const times = await timePasses(
        device,
        steps.map(({ encode }) => encode),
        waitForQueue,
      );
      return steps.map(({ dispatch }, i) => ({ dispatch, milliseconds: times[i]! }));
    },
    async idle() {
      await waitForQueue(device.queue.onSubmittedWorkDone());
      await failure.settled();
    },
    destroy() {
      closed = true;
      device.destroy();
    },
  };
}
