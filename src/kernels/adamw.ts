/** AdamW over the flat parameter arena in one dispatch. Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW. */
import wgsl from '../../shaders/adamw.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal, uniform } from './fill';

/** Parameters in a block with one weight decay. Tensors in the arena start at multiples of it (256 bytes). */
export const DECAY_BLOCK = 64;

export const adamw = defineKernel({
  name: 'adamw',
  wgsl,
  bindings: { grads: read(), decay: read(), clip: read(), m: update(), v: update(), p: update() },
  params: { count: 'u32', lr: 'f32', beta1: 'f32', beta2: 'f32', eps: 'f32', correction1: 'f32', correction2: 'f32' },
  constants: {},
  workgroups: ({ count }) => linear(count, 64),
  reference({ grads, decay, clip, m, v, p }, { count, lr, beta1, beta2, eps, correction1, correction2 }) {
    if (clip[1]! < 0) return; // the gradient is not finite: keep the last finite values
    for (let i = 0; i < count; i++) {
      const g = grads[i]! * clip[1]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      p[i] =
        p[i]! * (1 - lr * decay[Math.floor(i / DECAY_BLOCK)]!) -
        (lr * (m[i]! / correction1)) / (Math.sqrt(v[i]! / correction2) + eps);
    }
  },
  tolerance: { value: 2e-6, reason: 'a dozen f32 roundings; the step is bounded by the learning rate' },
  cases: [
    {
      label: 'third step, clipped, one block decays',
      params: {
        count: 130,
        lr: 1e-2,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-6,
        correction1: 1 - 0.9 ** 3,
        correction2: 1 - 0.95 ** 3,
      },
      buffers: {
        grads: normal(130, 1),
        decay: [0.1, 0, 0.5],
        clip: [2, 0.5],
        m: normal(130, 2),
        v: uniform(130, 3, 0, 1),
        p: normal(132, 4),
      },
    },
    {
      label: 'first step without a gradient: decay alone',
      params: { count: 3, lr: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, correction1: 0.1, correction2: 0.05 },
      buffers: { grads: [0, 0, 0], decay: [0.1], clip: [0, 1], m: [0, 0, 0], v: [0, 0, 0], p: [1, -2, 3] },
    },
  ],
});
