/** Logits of the last K decoding steps of each slot, [S, K, V], for a host that describes every sampled token. */
import wgsl from '../../shaders/keep_logits.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { normal } from './fill';

const VOCABULARY = 7;
const STEPS = 3;

export const keepLogits = defineKernel({
  name: 'keep_logits',
  wgsl,
  bindings: { live: read('u32'), slots: read('vec4u'), logits: read(), kept: update() },
  params: {
    rows: 'u32',
    vocabulary: 'u32',
    /** K, steps kept for each slot. */
    steps: 'u32',
  },
  constants: {},
  workgroups: ({ rows, vocabulary }) => linear(rows * vocabulary, 64),
  reference({ live, slots, logits, kept }, { rows, vocabulary, steps }) {
    for (let r = 0; r < rows; r++) {
      const s = live[r]!;
      const [, done, drawn] = slots.subarray(s * 4, s * 4 + 4);
      if (done) continue;
      const at = (s * steps + (drawn! % steps)) * vocabulary;
      for (let v = 0; v < vocabulary; v++) kept[at + v] = logits[r * vocabulary + v]!;
    }
  },
  tolerance: { value: 0, reason: 'a copy is exact' },
  cases: [
    {
      label: 'three of four slots, one of them done, one past K tokens',
      params: { rows: 3, vocabulary: VOCABULARY, steps: STEPS },
      buffers: {
        live: [3, 0, 1],
        slots: [9, 0, 1, 4, 8, 1, 2, 5, 7, 0, 0, 3, 6, 0, 5, 8],
        logits: normal(3 * VOCABULARY, 1),
        kept: normal(4 * STEPS * VOCABULARY, 2),
      },
    },
  ],
});
