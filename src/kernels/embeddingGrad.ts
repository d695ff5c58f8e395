/** Gradient of the embedding table, [V, C]: sums per token id in a fixed order; the host sorts the tokens by id. */
import wgsl from '../../shaders/embedding_grad.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal } from './fill';

export const embeddingGrad = defineKernel({
  name: 'embedding_grad',
  wgsl,
  bindings: { order: read('u32'), offsets: read('u32'), dy: read(), dtable: update() },
  params: { vocabulary: 'u32', width: 'u32', accumulate: 'u32' },
  constants: {},
  workgroups: ({ vocabulary, width }) => linear(vocabulary * width, 64),
  reference({ order, offsets, dy, dtable }, { vocabulary, width, accumulate }) {
    for (let v = 0; v < vocabulary; v++)
      for (let c = 0; c < width; c++) {
        let sum = accumulate ? dtable[v * width + c]! : 0;
        for (let k = offsets[v]!; k < offsets[v + 1]!; k++) sum += dy[order[k]! * width + c]!;
        dtable[v * width + c] = sum;
      }
  },
  tolerance: { value: 1e-6, reason: 'a handful of f32 additions per entry' },
  cases: [
    {
      label: 'overwrites; one id absent, one repeated',
      params: { vocabulary: 4, width: 6, accumulate: 0 },
      buffers: { order: [1, 0, 2, 3, 4], offsets: [0, 1, 4, 4, 5], dy: normal(30, 1), dtable: normal(30, 2) },
    },
    {
      label: 'accumulates',
      params: { vocabulary: 3, width: 5, accumulate: 1 },
      buffers: { order: [0, 2, 1], offsets: [0, 2, 2, 3], dy: normal(15, 3), dtable: normal(15, 4) },
    },
    {
      label: 'no tokens at all',
      params: { vocabulary: 2, width: 3, accumulate: 0 },
      buffers: { order: [0], offsets: [0, 0, 0], dy: normal(3, 5), dtable: normal(6, 6) },
    },
  ],
});
