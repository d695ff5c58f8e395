/** Sum of the planes of a gradient whose product splits k, in a fixed order. */
import wgsl from '../../shaders/plane_sum.wgsl';
import { defineKernel, linear, update } from '../gpu/kernel';
import { normal } from './fill';

export const planeSum = defineKernel({
  name: 'plane_sum',
  wgsl,
  bindings: { planes: update() },
  params: { count: 'u32', planes: 'u32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ planes }, { count, planes: total }) {
    for (let i = 0; i < count; i++) for (let s = 1; s < total; s++) planes[i]! += planes[s * count + i]!;
  },
  tolerance: { value: 1e-6, reason: 'a handful of f32 additions per entry' },
  cases: [
    { label: 'four planes', params: { count: 70, planes: 4 }, buffers: { planes: normal(280, 1) } },
    { label: 'two planes of one number', params: { count: 1, planes: 2 }, buffers: { planes: [1, 2] } },
  ],
});
