/** Token embedding of a decoding step: one row of the table per live slot, [R, C]. */
import wgsl from '../../shaders/embedding_decode.wgsl';
import { defineKernel, linear, read, write } from '../gpu/kernel';
import { integers, normal, unwritten } from './fill';

export const embeddingDecode = defineKernel({
  name: 'embedding_decode',
  wgsl,
  bindings: { live: read('u32'), tokens: read('u32'), table: read(), y: write() },
  params: { rows: 'u32', width: 'u32' },
  constants: {},
  f16Bindings: [['table', 'y']],
  workgroups: ({ rows, width }) => linear(rows * width, 64),
  reference({ live, tokens, table, y }, { rows, width }) {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < width; c++) y[r * width + c] = table[tokens[live[r]!]! * width + c]!;
  },
  tolerance: { value: 0, reason: 'a copy is exact' },
  cases: [
    {
      label: 'three of five slots, unordered',
      params: { rows: 3, width: 36 },
      buffers: {
        live: [4, 0, 3],
        tokens: integers(5, 1, 9),
        table: normal(9 * 36, 2),
        y: unwritten(5 * 36),
      },
    },
    {
      label: 'one slot, one channel',
      params: { rows: 1, width: 1 },
      buffers: { live: [1], tokens: [0, 2], table: normal(3, 3), y: unwritten(2) },
    },
  ],
});
