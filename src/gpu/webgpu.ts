/**
 * The WebGPU device, the same in a browser and on Dawn in Node. Everything that costs the host time is made in `prepare`:
 * pipelines (compiled side by side), bind groups, one uniform buffer a sequence. A submit writes the uniforms that changed,
 * encodes one pass and submits once, or as often as its time budget asks for (budget.ts).
 */
import { describeAdapter, fixedSubgroupSize, requestDevice } from './adapter';
import { SubmitBudget } from './budget';
import {
  type BufferRange,
  checkBuffer,
  checkDispatch,
  checkFeatures,
  countBuffer,
  type Device,
  type DeviceBuffer,
  type Dispatch,
  noCounts,
  type Run,
  resolveParams,
  type Sequence,
  type Timing,
  UNIFORM_STRIDE,
  uniformBytes,
} from './device';
import { type AnyKernel, storesHalf } from './kernel';
import { Pipelines } from './pipelines';
import { readbackWait, type Wait } from './readbacks';
import { Staging } from './staging';
import { timePasses } from './timestamps';
import type { TuningCache } from './tuningCache';

class WebGpuBuffer implements DeviceBuffer {
  constructor(
    readonly label: string,
    readonly bytes: number,
    readonly gpu: GPUBuffer,
    private readonly countEnd: () => void,
  ) {}
  destroy(): void {
    this.countEnd();
    this.gpu.destroy();
  }
}

interface WebGpuSequence extends Sequence {
  readonly pipelines: readonly GPUComputePipeline[];
  readonly bindGroups: readonly GPUBindGroup[];
  readonly uniforms: WebGpuBuffer;
  readonly uniformData: ArrayBuffer;
  /** Workgroups of each dispatch for `lastDynamics`. */
  workgroups: readonly (readonly [number, number, number])[];
  lastDynamics: string | null;
}

const gpuBuffer = (buffer: DeviceBuffer): GPUBuffer => (buffer as WebGpuBuffer).gpu;

export interface WebGpuOptions {
  /** Called once with the reason when the device is lost other than by `destroy`. */
  readonly onLost?: (reason: string) => void;
  /** What every promise of the GPU is awaited through. */
  readonly wait?: Wait;
  /** The tuning cache of an adapter. */
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
  let failure: string | null = null;
  let closed = false;
  device.addEventListener('uncapturederror', (event) => {
    failure ??= (event as GPUUncapturedErrorEvent).error.message;
  });
  void device.lost.then((info) => {
    if (closed) return;
    failure ??= `the GPU device was lost: ${info.message || info.reason}`;
    onLost(failure);
  });
  const throwIfFailed = () => {
    if (failure !== null) throw new Error(failure);
  };

  const createBuffer = (label: string, bytes: number, usage: number): WebGpuBuffer => {
    checkBuffer({ name, maxBufferBytes }, label, bytes);
    return new WebGpuBuffer(
      label,
      bytes,
      device.createBuffer({ label, size: bytes, usage }),
      countBuffer(counters, bytes),
    );
  };
  const USAGE = { mapRead: 1, copySrc: 4, copyDst: 8, uniform: 64, storage: 128 };
  const staging = new Staging((bytes) => createBuffer('staging', bytes, USAGE.mapRead | USAGE.copyDst), maxBufferBytes);

  const bindGroupOf = (dispatch: Dispatch, uniforms: WebGpuBuffer, index: number): GPUBindGroup => {
    counters.bindGroups++;
    const names = Object.keys(dispatch.kernel.bindings);
    const size = Object.keys(dispatch.kernel.params).length * 4;
    return device.createBindGroup({
      label: dispatch.label,
      layout: pipelines.layoutOf(dispatch.kernel),
      entries: [
        { binding: 0, resource: { buffer: uniforms.gpu, offset: index * UNIFORM_STRIDE, size } },
        ...names.map((name, i) => {
          const range = dispatch.bindings[name] as BufferRange;
          return {
            binding: i + 1,
            resource: { buffer: gpuBuffer(range.buffer), offset: range.offset, size: range.bytes },
          };
        }),
      ],
    });
  };

  /** Uniforms and workgroups for these dynamic numbers, rewritten only when they differ from the last run's. */
  const update = (sequence: WebGpuSequence, dynamics: Readonly<Record<string, number>>) => {
    const key = JSON.stringify(dynamics);
    if (key === sequence.lastDynamics) return;
    const words = new DataView(sequence.uniformData);
    sequence.workgroups = sequence.dispatches.map((dispatch, index) => {
      const params = resolveParams(dispatch, dynamics);
      Object.entries(dispatch.kernel.params).forEach(([name, type], i) => {
        const at = index * UNIFORM_STRIDE + i * 4;
        const value = params[name] as number;
        if (type === 'u32') words.setUint32(at, value, true);
        else words.setFloat32(at, value, true);
      });
      return dispatch.kernel.workgroups(params, dispatch.constants);
    });
    device.queue.writeBuffer(sequence.uniforms.gpu, 0, sequence.uniformData);
    counters.bytesWritten += sequence.uniformData.byteLength;
    sequence.lastDynamics = key;
  };

  const encodeDispatch = (pass: GPUComputePassEncoder, ready: WebGpuSequence, i: number) => {
    const [x, y, z] = ready.workgroups[i] as readonly [number, number, number];
    if (x * y * z === 0) return;
    pass.setPipeline(ready.pipelines[i] as GPUComputePipeline);
    pass.setBindGroup(0, ready.bindGroups[i] as GPUBindGroup);
    pass.dispatchWorkgroups(x, y, z);
    counters.dispatches++;
  };

  const budget = new SubmitBudget();

  /** Submits the runs, and what `finish` adds after them, cut where the budget of a submit is used up. */
  const submit = (runs: readonly Run[], finish: (encoder: GPUCommandEncoder) => void = () => {}) => {
    const sequences = new Set(runs.map((run) => run.sequence));
    if (sequences.size < runs.length) throw new Error('a submit may hold a sequence once: its uniforms are shared');
    let encoder = device.createCommandEncoder();
    let pass = encoder.beginComputePass();
    let spent = 0;
    const hand = () => {
      device.queue.submit([encoder.finish()]);
      counters.submits++;
    };
    for (const { sequence, dynamics = {}, repeat = 1 } of runs) {
      const ready = sequence as WebGpuSequence;
      update(ready, dynamics);
      const groups = ready.workgroups.map(([x, y, z]) => x * y * z);
      const costs = groups.map((count) => (count === 0 ? 0 : budget.costOf(sequence, count)));
      const total = groups.reduce((sum, count) => sum + count, 0);
      budget.submitted(sequence, repeat * total, performance.now());
      for (let time = 0; time < repeat; time++)
        for (let i = 0; i < ready.dispatches.length; i++) {
          const cost = costs[i] as number;
          if (spent > 0 && spent + cost > budget.milliseconds) {
            pass.end();
            hand();
            encoder = device.createCommandEncoder();
            pass = encoder.beginComputePass();
            spent = 0;
          }
          encodeDispatch(pass, ready, i);
          spent += cost;
        }
    }
    pass.end();
    finish(encoder);
    hand();
  };

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
    forgetPeak() {
      staging.clear();
      counters.bytesPeak = counters.bytesLive;
    },
    createBuffer(label, bytes) {
      return createBuffer(label, bytes, USAGE.storage | USAGE.copySrc | USAGE.copyDst);
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
      device.queue.submit([encoder.finish()]);
      counters.submits++;
    },
    async read(ranges, runs = []) {
      throwIfFailed();
      const total = ranges.reduce((sum, range) => sum + range.bytes, 0);
      // as large as all of what is read from, so that reading more of it next time makes no new buffer
      const staged = staging.take(ranges.reduce((sum, range) => sum + range.buffer.bytes, 0));
      const buffer = staged.gpu;
      let at = 0;
      submit(runs, (encoder) => {
        for (const range of ranges) {
          encoder.copyBufferToBuffer(gpuBuffer(range.buffer), range.offset, buffer, at, range.bytes);
          at += range.bytes;
        }
      });
      const window = budget.openWindow();
      counters.readbacks++;
      counters.bytesRead += total;
      await waitForQueue(buffer.mapAsync(1, 0, total)).catch((error: unknown) => {
        throw new Error(failure ?? (closed ? 'the device was destroyed' : `reading back failed: ${String(error)}`));
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
      throwIfFailed();
      return copies;
    },
    async prepare(dispatches: readonly Dispatch[]): Promise<WebGpuSequence> {
      throwIfFailed();
      dispatches.forEach(checkDispatch);
      for (const dispatch of dispatches) checkFeatures(dispatch, { name, f16, supports });
      device.pushErrorScope('validation');
      const bytes = uniformBytes(dispatches);
      const uniforms = createBuffer('uniforms', bytes, USAGE.uniform | USAGE.copyDst);
      const bindGroups = dispatches.map((dispatch, index) => bindGroupOf(dispatch, uniforms, index));
      const compiling = dispatches.map((dispatch) => pipelines.pipelineOf(dispatch));
      const [invalid, ready] = await wait(Promise.all([device.popErrorScope(), Promise.all(compiling)])).catch(
        (error: unknown) => {
          uniforms.destroy();
          throw error;
        },
      );
      if (invalid) {
        uniforms.destroy();
        throw new Error(invalid.message);
      }
      return {
        dispatches,
        pipelines: ready,
        bindGroups,
        uniforms,
        uniformData: new ArrayBuffer(bytes),
        workgroups: [],
        lastDynamics: null,
        destroy() {
          uniforms.destroy();
        },
      };
    },
    async compile(dispatches) {
      await wait(Promise.all(dispatches.filter(({ kernel }) => supports(kernel)).map((d) => pipelines.pipelineOf(d))));
    },
    submit(runs: readonly Run[]) {
      throwIfFailed();
      submit(runs);
    },
    async profile(runs: readonly Run[]): Promise<Timing[] | null> {
      throwIfFailed();
      if (!device.features.has('timestamp-query')) return null;
      const steps = runs.flatMap(({ sequence, dynamics = {} }) => {
        const ready = sequence as WebGpuSequence;
        update(ready, dynamics);
        return ready.dispatches.map((dispatch, i) => ({
          dispatch,
          encode: (pass: GPUComputePassEncoder) => encodeDispatch(pass, ready, i),
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
      throwIfFailed();
    },
    destroy() {
      closed = true;
      device.destroy();
    },
  };
}
