/** Log-softmax, weighted cross-entropy and its gradient in one pass; the gradient overwrites the logits, [N, V]. */
import wgsl from '../../shaders/cross_entropy.wgsl';
import { defineKernel, linear, read, update, write } from '../gpu/kernel';
import { integers, normal, uniform, unwritten } from './fill';

export const crossEntropy = defineKernel({
  name: 'cross_entropy',
  wgsl,
  bindings: { targets: read('u32'), weights: read(), logits: update(), losses: write() },
  params: { rows: 'u32', vocabulary: 'u32' },
  constants: {},
  workgroups: ({ rows }) => linear(rows, 32),
  reference({ targets, weights, logits, losses }, { rows, vocabulary }) {
    for (let n = 0; n < rows; n++) {
      const row = logits.subarray(n * vocabulary, (n + 1) * vocabulary);
      const weight = weights[n]!;
      if (weight === 0) {
        row.fill(0);
        losses[n] = 0;
        continue;
      }
      let top = Number.NEGATIVE_INFINITY;
      for (const logit of row) top = Math.max(top, logit);
      let total = 0;
      for (const logit of row) total += Math.exp(logit - top);
      const target = targets[n]!;
      losses[n] = weight * (top + Math.log(total) - row[target]!);
      for (let v = 0; v < vocabulary; v++) row[v] = weight * (Math.exp(row[v]! - top) / total - (v === target ? 1 : 0));
    }
  },
  tolerance: { value: 5e-6, reason: 'V exponentials added in f32' },
  cases: [
    {
      label: '37 rows over 53 tokens, some without a target',
      params: { rows: 37, vocabulary: 53 },
      buffers: {
        targets: integers(37, 1, 53),
        weights: uniform(37, 2, -1, 1).map((w) => Math.max(0, w)),
        logits: normal(37 * 53 + 2, 3, 3),
        losses: unwritten(39),
      },
    },
    {
      label: 'large logits do not overflow',
      params: { rows: 2, vocabulary: 3 },
      buffers: { targets: [0, 2], weights: [1, 0.5], logits: [900, 0, -900, 100, 101, 102], losses: unwritten(2) },
    },
  ],
});
