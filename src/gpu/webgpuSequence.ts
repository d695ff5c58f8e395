/**
 * Prepared sequences of one WebGPU device. `prepare` does everything that costs the host time: it compiles pipelines in
 * parallel, makes bind groups and one uniform buffer per sequence.
 */
import { checkBuffer } from './checks';
import { type Counters, countBuffer } from './counters';
import type { BufferRange, Device, DeviceBuffer, Dispatch, Sequence } from './device';
import { USAGE } from './flags';
import { type DeviceFailure, OutOfMemoryError } from './outOfMemory';
import type { Pipelines } from './pipelines';
import type { Wait } from './readbacks';
import { resolveParams, UNIFORM_STRIDE, uniformBytes, writeUniforms } from './uniforms';

export class WebGpuBuffer implements DeviceBuffer {
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

export const gpuBuffer = (buffer: DeviceBuffer): GPUBuffer => (buffer as WebGpuBuffer).gpu;

export type MakeBuffer = (label: string, bytes: number, usage: number) => WebGpuBuffer;

/** Returns a function that checks, makes and counts buffers. A buffer without memory is a failure of the device. */
export const bufferMaker =
  (failure: DeviceFailure, limits: Pick<Device, 'name' | 'maxBufferBytes'>, counters: Counters): MakeBuffer =>
  (label, bytes, usage) => {
    checkBuffer(limits, label, bytes);
    const refused = new OutOfMemoryError(label, bytes, counters.bytesLive);
    const gpu = failure.createBuffer({ label, size: bytes, usage }, refused);
    return new WebGpuBuffer(label, bytes, gpu, countBuffer(counters, bytes));
  };

export interface WebGpuSequence extends Sequence {
  readonly pipelines: readonly GPUComputePipeline[];
  readonly bindGroups: readonly GPUBindGroup[];
  readonly uniforms: WebGpuBuffer;
  readonly uniformData: ArrayBuffer;
  /** Workgroups of each dispatch for `lastDynamics`. */
  workgroups: readonly (readonly [number, number, number])[];
  lastDynamics: string | null;
}

export class Sequences {
  constructor(
    private readonly device: GPUDevice,
    private readonly counters: Counters,
    private readonly pipelines: Pipelines,
    private readonly makeBuffer: MakeBuffer,
    private readonly wait: Wait,
  ) {}

  async prepare(dispatches: readonly Dispatch[]): Promise<WebGpuSequence> {
    this.device.pushErrorScope('validation');
    const bytes = uniformBytes(dispatches);
    const uniforms = this.makeBuffer('uniforms', bytes, USAGE.uniform | USAGE.copyDst);
    const bindGroups = dispatches.map((dispatch, index) => this.bindGroupOf(dispatch, uniforms, index));
    const compiling = dispatches.map((dispatch) => this.pipelines.pipelineOf(dispatch));
    const [invalid, pipelines] = await this.wait(
      Promise.all([this.device.popErrorScope(), Promise.all(compiling)]),
    ).catch((error: unknown) => {
      uniforms.destroy();
      throw error;
    });
    if (invalid) {
      uniforms.destroy();
      throw new Error(invalid.message);
    }
    return {
      dispatches,
      pipelines,
      bindGroups,
      uniforms,
      uniformData: new ArrayBuffer(bytes),
      workgroups: [],
      lastDynamics: null,
      destroy: () => uniforms.destroy(),
    };
  }

  private bindGroupOf(dispatch: Dispatch, uniforms: WebGpuBuffer, index: number): GPUBindGroup {
    this.counters.bindGroups++;
    const names = Object.keys(dispatch.kernel.bindings);
    const size = Object.keys(dispatch.kernel.params).length * 4;
    return this.device.createBindGroup({
      label: dispatch.label,
      layout: this.pipelines.layoutOf(dispatch.kernel),
      entries: [
        { binding: 0, resource: { buffer: uniforms.gpu, offset: index * UNIFORM_STRIDE, size } },
        ...names.map((name, i) => {
          const range = dispatch.bindings[name] as BufferRange;
          const resource = { buffer: gpuBuffer(range.buffer), offset: range.offset, size: range.bytes };
          return { binding: i + 1, resource };
        }),
      ],
    });
  }

  /** Computes uniforms and workgroups for these dynamic numbers. Does nothing if they equal the last run's. */
  update(sequence: WebGpuSequence, dynamics: Readonly<Record<string, number>>): void {
    const key = JSON.stringify(dynamics);
    if (key === sequence.lastDynamics) return;
    const words = new DataView(sequence.uniformData);
    sequence.workgroups = sequence.dispatches.map((dispatch, index) => {
      const params = resolveParams(dispatch, dynamics);
      writeUniforms(words, index, dispatch, params);
      return dispatch.kernel.workgroups(params, dispatch.constants);
    });
    this.device.queue.writeBuffer(sequence.uniforms.gpu, 0, sequence.uniformData);
    this.counters.bytesWritten += sequence.uniformData.byteLength;
    sequence.lastDynamics = key;
  }

  encodeDispatch(pass: GPUComputePassEncoder, sequence: WebGpuSequence, i: number): void {
    const [x, y, z] = sequence.workgroups[i] as readonly [number, number, number];
    if (x * y * z === 0) return;
    pass.setPipeline(sequence.pipelines[i] as GPUComputePipeline);
    pass.setBindGroup(0, sequence.bindGroups[i] as GPUBindGroup);
    pass.dispatchWorkgroups(x, y, z);
    this.counters.dispatches++;
  }
}
