/**
 * Peak speed of the adapter, measured with two shaders: fused multiply-adds on registers, and a copy of long rows. Kernels are
 * compared with these measurements, not with a data sheet.
 */
import { type Device, whole } from '../src/gpu/device';
import { type AnyKernel, defineKernel, linear, read, write } from '../src/gpu/kernel';
import { openWebGpuDevice } from '../src/gpu/webgpu';
import type { Peak } from './rows';
import { withTimeLimit } from './timeLimit';

const INVOCATIONS = 64 * 1024;
const FMAS_PER_ROUND = 8;
const LANES = 4;
const COPIED_BYTES = 32 * 2 ** 20;
/** Least duration of a timed run, reached by repetition. */
const LEAST_MS = 60;
const TRIALS = 4;

const untested = { tolerance: { value: 0, reason: 'its result is not used' }, cases: [], constants: {} };

/** Eight independent chains of multiply-adds. */
const multiplyAdd = defineKernel<'y', 'rounds'>({
  ...untested,
  name: 'multiply_add',
  wgsl: `
    struct Params { rounds: u32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      var x = array<vec4f, ${FMAS_PER_ROUND}>();
      for (var i = 0u; i < ${FMAS_PER_ROUND}u; i++) { x[i] = vec4f(f32(id.x + i)); }
      for (var round = 0u; round < params.rounds; round++) {
        ${Array.from({ length: FMAS_PER_ROUND }, (_, i) => `x[${i}] = fma(x[${i}], vec4f(0.5), vec4f(0.25));`).join(' ')}
      }
      y[id.x] = x[0] + x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7];
    }`,
  bindings: { y: write('vec4f') },
  params: { rounds: 'u32' },
  workgroups: () => [INVOCATIONS / 64, 1, 1],
  reference() {},
});

const copy = defineKernel<'x' | 'y', 'count'>({
  ...untested,
  name: 'copy',
  wgsl: `
    struct Params { count: u32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read> x: array<vec4f>;
    @group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let i = id.y * groups.x * 64u + id.x;
      if (i < params.count) { y[i] = x[i]; }
    }`,
  bindings: { x: read('vec4f'), y: write('vec4f') },
  params: { count: 'u32' },
  workgroups: ({ count }) => linear(count, 64),
  reference() {},
});

export async function measurePeak(): Promise<Peak> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await openWebGpuDevice(adapter);
  const rounds = 64;
  const operations = INVOCATIONS * rounds * FMAS_PER_ROUND * LANES * 2;
  const flopMs = await fastest(device, multiplyAdd, { y: INVOCATIONS * 16 }, { rounds });
  const bytes = { x: COPIED_BYTES, y: COPIED_BYTES };
  const copyMs = await fastest(device, copy, bytes, { count: COPIED_BYTES / 16 });
  device.destroy();
  return { gflops: operations / flopMs / 1e6, copy_gb_per_second: (2 * COPIED_BYTES) / copyMs / 1e6 };
}

/** Milliseconds per dispatch: the best of a few repeated runs. */
async function fastest(
  device: Device,
  kernel: AnyKernel,
  bytes: Readonly<Record<string, number>>,
  params: Readonly<Record<string, number>>,
): Promise<number> {
  const bindings = Object.fromEntries(
    Object.entries(bytes).map(([name, size]) => [name, whole(device.createBuffer(name, size))]),
  );
  const sequence = await withTimeLimit(
    device.prepare([{ label: kernel.name, kernel, constants: {}, bindings, params }]),
  );
  const timed = async (repeat: number) => {
    const start = performance.now();
    device.submit([{ sequence, repeat }]);
    await withTimeLimit(device.idle());
    return performance.now() - start;
  };
  await timed(1);
  let repeat = 1;
  let best = await timed(repeat);
  while (best < LEAST_MS) {
    repeat *= 2;
    best = await timed(repeat);
  }
  for (let trial = 1; trial < TRIALS; trial++) best = Math.min(best, await timed(repeat));
  return best / repeat;
}
