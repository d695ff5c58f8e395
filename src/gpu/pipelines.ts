/** Compiled kernels of one WebGPU device: one bind group layout per kernel, one pipeline per kernel and set of constants. */
import type { Counters } from './counters';
import type { Dispatch } from './device';
import { COMPUTE } from './flags';
import type { AnyKernel, Constants } from './kernel';

const keyOf = (kernel: AnyKernel, constants: Constants): string =>
  `${kernel.name}${JSON.stringify(Object.entries(constants).sort())}`;

export class Pipelines {
  private readonly layouts = new Map<string, GPUBindGroupLayout>();
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(
    private readonly device: GPUDevice,
    private readonly counters: Counters,
  ) {}

  layoutOf(kernel: AnyKernel): GPUBindGroupLayout {
    let layout = this.layouts.get(kernel.name);
    if (!layout) {
      const storage = Object.values(kernel.bindings) as { access: string }[];
      layout = this.device.createBindGroupLayout({
        label: kernel.name,
        entries: [
          { binding: 0, visibility: COMPUTE, buffer: { type: 'uniform' } },
          ...storage.map(({ access }, i) => ({
            binding: i + 1,
            visibility: COMPUTE,
            buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
          })),
        ],
      });
      this.layouts.set(kernel.name, layout);
    }
    return layout;
  }

  /** Pipeline of a kernel; starts compiling a new one. Rejects with the shader's line and source if it does not compile. */
  pipelineOf({ kernel, constants }: Pick<Dispatch, 'kernel' | 'constants'>): Promise<GPUComputePipeline> {
    const key = keyOf(kernel, constants);
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      pipeline = this.compile(kernel, constants);
      this.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  private async compile(kernel: AnyKernel, constants: Constants): Promise<GPUComputePipeline> {
    this.counters.pipelines++;
    const module = this.device.createShaderModule({ label: kernel.name, code: kernel.wgsl });
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter((message) => message.type === 'error');
    if (errors.length > 0) {
      const lines = kernel.wgsl.split('\n');
      throw new Error(
        errors
          .map((e) => `${kernel.name}.wgsl:${e.lineNum}:${e.linePos} ${e.message}\n  ${lines[e.lineNum - 1] ?? ''}`)
          .join('\n'),
      );
    }
    const pipeline = await this.device.createComputePipelineAsync({
      label: kernel.name,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.layoutOf(kernel)] }),
      compute: { module, entryPoint: 'main', constants: { ...constants } },
    });
    this.counters.pipelinesReady++;
    return pipeline;
  }
}
