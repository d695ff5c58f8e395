/** Element-wise parts of Muon: momentum before the orthogonalization, weight decay and step after it. As torch.optim.Muon. */
import wgslMomentum from '../../shaders/muon_momentum.wgsl';
import wgslUpdate from '../../shaders/muon_update.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { normal, unwritten } from './fill';

const momentumBuffers = (count: number) => ({
  grads: normal(count, 1),
  clip: [2, 0.5],
  momentum: normal(count, 2),
  u: unwritten(count),
});

export const muonMomentum = defineKernel({
  name: 'muon_momentum',
  wgsl: wgslMomentum,
  bindings: { grads: read(), clip: read(), momentum: update(), u: write() },
  params: { count: 'u32', beta: 'f32', nesterov: 'u32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ grads, clip, momentum, u }, { count, beta, nesterov }) {
    if (clip[1]! < 0) return; // the gradient is not finite: keep the last finite values
    for (let i = 0; i < count; i++) {
      const g = grads[i]! * clip[1]!;
      momentum[i] = beta * momentum[i]! + (1 - beta) * g;
      u[i] = nesterov === 1 ? (1 - beta) * g + beta * momentum[i]! : momentum[i]!;
    }
  },
  tolerance: { value: 1e-6, reason: 'a handful of f32 roundings' },
  cases: [
    {
      label: 'Nesterov momentum, clipped, the last workgroup ragged',
      params: { count: 130, beta: 0.95, nesterov: 1 },
      buffers: momentumBuffers(132),
    },
    { label: 'plain momentum', params: { count: 4, beta: 0.9, nesterov: 0 }, buffers: momentumBuffers(8) },
  ],
});

export const muonUpdate = defineKernel({
  name: 'muon_update',
  wgsl: wgslUpdate,
  bindings: { u: read(), clip: read(), p: update() },
  params: { count: 'u32', lr: 'f32', decay: 'f32', ratio: 'f32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ u, clip, p }, { count, lr, decay, ratio }) {
    if (clip[1]! < 0) return; // the gradient is not finite: keep the last finite values
    for (let i = 0; i < count; i++) p[i] = p[i]! * (1 - lr * decay) - lr * ratio * u[i]!;
  },
  tolerance: { value: 1e-6, reason: 'a handful of f32 roundings' },
  cases: [
    {
      label: 'with weight decay, the last workgroup ragged',
      params: { count: 130, lr: 0.02, decay: 0.1, ratio: 1.5 },
      buffers: { u: normal(132, 1), clip: [2, 0.5], p: normal(132, 2) },
    },
    {
      label: 'without weight decay',
      params: { count: 4, lr: 0.1, decay: 0, ratio: 1 },
      buffers: { u: normal(4, 1), clip: [0, 1], p: normal(8, 2) },
    },
  ],
});
