/**
 * The WebGPU device, the same in a browser and on Dawn in Node. Everything that costs the host time is made in `prepare`:
 * pipelines (compiled side by side), bind groups, one uniform buffer a sequence. A submit writes the uniforms that changed,
 * encodes one pass and submits once.
 */
import {
  type BufferRange,
  checkDispatch,
  countBuffer,
  type Device,
  type DeviceBuffer,
  type Dispatch,
  noCounts,
  type Run,
  resolveParams,
  type Sequence,
  UNIFORM_STRIDE,
  uniformBytes,
} from './device';
import { Pipelines } from './pipelines';
import { Staging } from './staging';

/** Wanted beyond the default limits where the adapter has them: large models bind large buffers. */
const RAISED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

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

/** The adapter in words a person recognises. */
export function describeAdapter(info: GPUAdapterInfo): string {
  const words = [info.description, info.device, info.architecture, info.vendor].find((text) => text);
  return words ? `WebGPU: ${words}` : 'WebGPU';
}

/**
 * Opens a device on the adapter with the adapter's own buffer limits.
 * @param onLost called once with the reason when the device is lost other than by `destroy`
 */
export async function openWebGpuDevice(
  adapter: GPUAdapter,
  onLost: (reason: string) => void = () => {},
): Promise<Device> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of RAISED_LIMITS) requiredLimits[limit] = adapter.limits[limit];
  const device = await adapter.requestDevice({ requiredLimits });
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
    if (bytes > device.limits.maxBufferSize)
      throw new Error(
        `${label} needs ${bytes} bytes in one buffer; this adapter allows ${device.limits.maxBufferSize}`,
      );
    return new WebGpuBuffer(
      label,
      bytes,
      device.createBuffer({ label, size: bytes, usage }),
      countBuffer(counters, bytes),
    );
  };
  const USAGE = { mapRead: 1, copySrc: 4, copyDst: 8, uniform: 64, storage: 128 };
  const staging = new Staging((bytes) => createBuffer('staging', bytes, USAGE.mapRead | USAGE.copyDst));

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

  const encode = (encoder: GPUCommandEncoder, runs: readonly Run[]) => {
    const sequences = new Set(runs.map((run) => run.sequence));
    if (sequences.size < runs.length) throw new Error('a submit may hold a sequence once: its uniforms are shared');
    const pass = encoder.beginComputePass();
    for (const { sequence, dynamics = {}, repeat = 1 } of runs) {
      const ready = sequence as WebGpuSequence;
      update(ready, dynamics);
      for (let time = 0; time < repeat; time++)
        for (let i = 0; i < ready.dispatches.length; i++) {
          const [x, y, z] = ready.workgroups[i] as readonly [number, number, number];
          if (x * y * z === 0) continue;
          pass.setPipeline(ready.pipelines[i] as GPUComputePipeline);
          pass.setBindGroup(0, ready.bindGroups[i] as GPUBindGroup);
          pass.dispatchWorkgroups(x, y, z);
          counters.dispatches++;
        }
    }
    pass.end();
  };

  return {
    kind: 'webgpu',
    name: describeAdapter(adapter.info),
    counters,
    maxBindingBytes: device.limits.maxStorageBufferBindingSize,
    forgetPeak() {
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
      const encoder = device.createCommandEncoder();
      if (runs.length > 0) encode(encoder, runs);
      let at = 0;
      for (const range of ranges) {
        encoder.copyBufferToBuffer(gpuBuffer(range.buffer), range.offset, buffer, at, range.bytes);
        at += range.bytes;
      }
      device.queue.submit([encoder.finish()]);
      counters.submits++;
      counters.readbacks++;
      counters.bytesRead += total;
      await buffer.mapAsync(1, 0, total).catch((error: unknown) => {
        throw new Error(failure ?? `reading back failed: ${String(error)}`);
      });
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
      device.pushErrorScope('validation');
      const bytes = uniformBytes(dispatches);
      const uniforms = createBuffer('uniforms', bytes, USAGE.uniform | USAGE.copyDst);
      const bindGroups = dispatches.map((dispatch, index) => bindGroupOf(dispatch, uniforms, index));
      const compiling = dispatches.map((dispatch) => pipelines.pipelineOf(dispatch));
      const [invalid, ready] = await Promise.all([device.popErrorScope(), Promise.all(compiling)]);
      if (invalid) throw new Error(invalid.message);
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
    submit(runs: readonly Run[]) {
      throwIfFailed();
      const encoder = device.createCommandEncoder();
      encode(encoder, runs);
      device.queue.submit([encoder.finish()]);
      counters.submits++;
    },
    async idle() {
      await device.queue.onSubmittedWorkDone();
      throwIfFailed();
    },
    destroy() {
      closed = true;
      device.destroy();
    },
  };
}
