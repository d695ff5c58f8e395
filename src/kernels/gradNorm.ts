/**
 * Norm of the whole gradient and the factor that clips it. Both stay on the GPU; the optimizer reads the factor. A norm that is
 * not finite gives the factor −1. The optimizer then changes nothing, so the arena holds the last finite weights.
 */
import wgslClip from '../../shaders/clip_scale.wgsl';
import wgslSum from '../../shaders/square_sum.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { filled, normal, uniform, unwritten } from './fill';

/** Count of partial sums of squares: enough invocations for a GPU, few enough for one invocation to add up. */
export const NORM_PARTIALS = 256;

export const squareSum = defineKernel({
  name: 'square_sum',
  wgsl: wgslSum,
  bindings: { x: read(), partial: update() },
  params: { count: 'u32', partials: 'u32', accumulate: 'u32' },
  constants: {},
  workgroups: ({ partials }) => linear(partials, 64),
  reference({ x, partial }, { count, partials, accumulate }) {
    if (accumulate === 0) partial.fill(0, 0, partials);
    for (let j = 0; j < count; j++) partial[j % partials]! += x[j]! ** 2;
  },
  tolerance: { value: 2e-6, reason: 'tens of f32 additions of positive numbers' },
  cases: [
    {
      label: 'more numbers than sums',
      params: { count: 1000, partials: 70, accumulate: 0 },
      buffers: { x: normal(1000, 1), partial: unwritten(72) },
    },
    {
      label: 'fewer numbers than sums',
      params: { count: 3, partials: 8, accumulate: 0 },
      buffers: { x: [1, 2, 3], partial: unwritten(8) },
    },
    {
      label: 'continues the sums of earlier numbers',
      params: { count: 300, partials: 70, accumulate: 1 },
      buffers: { x: normal(300, 2), partial: uniform(72, 3, 0, 10) },
    },
  ],
});

export const clipScale = defineKernel({
  name: 'clip_scale',
  wgsl: wgslClip,
  bindings: { partial: read(), clip: write() },
  params: { partials: 'u32', maxNorm: 'f32' },
  constants: {},
  workgroups: () => [1, 1, 1],
  reference({ partial, clip }, { partials, maxNorm }) {
    let sum = 0;
    for (let i = 0; i < partials; i++) sum += partial[i]!;
    // in f32, as in the shader: its overflow is not finite either
    const finite = Number.isFinite(Math.fround(sum));
    const norm = finite ? Math.sqrt(sum) : Math.fround(sum);
    const scale = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
    clip[0] = norm;
    clip[1] = finite ? scale : -1;
  },
  tolerance: { value: 1e-6, reason: 'hundreds of positive f32 additions under a square root' },
  cases: [
    {
      label: 'clips',
      params: { partials: 256, maxNorm: 1 },
      buffers: { partial: uniform(256, 1, 0, 1), clip: unwritten(3) },
    },
    {
      label: 'leaves a small gradient',
      params: { partials: 2, maxNorm: 1 },
      buffers: { partial: [0.1, 0.2], clip: unwritten(2) },
    },
    { label: 'no limit', params: { partials: 1, maxNorm: 0 }, buffers: { partial: [81], clip: unwritten(2) } },
    { label: 'no gradient', params: { partials: 4, maxNorm: 1 }, buffers: { partial: filled(4), clip: unwritten(2) } },
  ],
});
