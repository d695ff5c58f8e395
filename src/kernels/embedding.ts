/** Token embedding: one row of the table per token, [N, C]. */
import wgsl from '../../shaders/embedding.wgsl';
import { byRow, defineKernel, read, write } from '../gpu/kernel';
import { integers, normal, unwritten } from './fill';

export const embedding = defineKernel({
  name: 'embedding',
  wgsl,
  bindings: { ids: read('u32'), table: read(), y: write() },
  params: { rows: 'u32', width: 'u32' },
  constants: {},
  f16Bindings: [['table', 'y']],
  workgroups: ({ rows, width }) => byRow(rows, width),
  reference({ ids, table, y }, { rows, width }) {
    for (let n = 0; n < rows; n++) for (let c = 0; c < width; c++) y[n * width + c] = table[ids[n]! * width + c]!;
  },
  tolerance: { value: 0, reason: 'a copy is exact' },
  cases: [
    {
      label: '5 tokens of 12 channels',
      params: { rows: 5, width: 12 },
      buffers: { ids: integers(5, 1, 9), table: normal(9 * 12, 2), y: unwritten(70) },
    },
    {
      label: 'one token, one channel',
      params: { rows: 1, width: 1 },
      buffers: { ids: [2], table: normal(3, 3), y: unwritten(2) },
    },
  ],
});
