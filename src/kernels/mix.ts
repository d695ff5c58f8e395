/** Update of a reference copy: (1 − α)·copy + α·weights, as in TRL's SyncRefModelCallback. */
import wgsl from '../../shaders/mix.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal } from './fill';

const buffers = (count: number) => ({ source: normal(count, 1), follower: normal(count, 2) });

export const mix = defineKernel({
  name: 'mix',
  wgsl,
  bindings: { source: read(), follower: update() },
  params: { count: 'u32', alpha: 'f32' },
  constants: {},
  f16Bindings: [['follower']],
  workgroups: ({ count }) => linear(count, 64),
  reference({ source, follower }, { count, alpha }) {
    for (let i = 0; i < count; i++) follower[i] = (1 - alpha) * follower[i]! + alpha * source[i]!;
  },
  tolerance: { value: 1e-6, reason: 'two f32 products and their sum' },
  cases: [
    {
      label: 'α 0.6 over three workgroups, the last in part',
      params: { count: 130, alpha: 0.6 },
      buffers: buffers(132),
    },
    { label: 'α 1 copies', params: { count: 4, alpha: 1 }, buffers: buffers(8) },
  ],
});
