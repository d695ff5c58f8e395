/** Log-probability of every target token and entropy of its distribution at a temperature, [N], with the gradient. */
import wgsl from '../../shaders/token_logprobs.wgsl';
import wgslGrad from '../../shaders/token_logprobs_grad.wgsl';
import { byRow, defineKernel, linear, read, update, write } from '../gpu/kernel';
import { integers, normal, unwritten } from './fill';

export const tokenLogprobs = defineKernel({
  name: 'token_logprobs',
  wgsl,
  bindings: { targets: read('u32'), logits: read(), scores: write('vec4f') },
  params: { rows: 'u32', vocabulary: 'u32', inverseTemperature: 'f32' },
  constants: {},
  workgroups: ({ rows }) => linear(rows, 32),
  reference({ targets, logits, scores }, { rows, vocabulary, inverseTemperature }) {
    for (let n = 0; n < rows; n++) {
      const scaled = Array.from(
        logits.subarray(n * vocabulary, (n + 1) * vocabulary),
        (logit) => logit * inverseTemperature,
      );
      const top = scaled.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
      const lse = top + Math.log(scaled.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
      const entropy = -scaled.reduce((sum, logit) => sum + Math.exp(logit - lse) * (logit - lse), 0);
      scores.set([scaled[targets[n]!]! - lse, entropy, lse, 0], n * 4);
    }
  },
  tolerance: { value: 5e-6, reason: 'V exponentials added in f32' },
  cases: [
    {
      label: '35 rows over 53 tokens at temperature 0.7',
      params: { rows: 35, vocabulary: 53, inverseTemperature: Math.fround(1 / 0.7) },
      buffers: { targets: integers(35, 1, 53), logits: normal(35 * 53, 2, 3), scores: unwritten(35 * 4 + 4) },
    },
    {
      label: 'a certain token has entropy 0',
      params: { rows: 1, vocabulary: 3, inverseTemperature: 1 },
      buffers: { targets: [1], logits: [-500, 500, -500], scores: unwritten(4) },
    },
    {
      label: 'a vocabulary of one',
      params: { rows: 1, vocabulary: 1, inverseTemperature: 1 },
      buffers: { targets: [0], logits: [3], scores: unwritten(4) },
    },
  ],
});

const gradScores = (
  rows: number,
  vocabulary: number,
  logits: number[],
  targets: number[],
  inverseTemperature: number,
) => {
  const scores = new Float64Array(rows * 4);
  tokenLogprobs.reference(
    { targets: Uint32Array.from(targets), logits: Float64Array.from(logits), scores },
    { rows, vocabulary, inverseTemperature },
    {},
  );
  return [...scores];
};
const GRAD_LOGITS = normal(9 * 31, 3, 2);
const GRAD_TARGETS = integers(9, 4, 31);

export const tokenLogprobsGrad = defineKernel({
  name: 'token_logprobs_grad',
  wgsl: wgslGrad,
  bindings: { targets: read('u32'), scores: read('vec4f'), dscores: read('vec2f'), logits: update() },
  params: { rows: 'u32', vocabulary: 'u32', inverseTemperature: 'f32' },
  constants: {},
  workgroups: ({ rows, vocabulary }) => byRow(rows, vocabulary),
  reference({ targets, scores, dscores, logits }, { rows, vocabulary, inverseTemperature }) {
    for (let n = 0; n < rows; n++) {
      const [dlogprob, dentropy] = [dscores[n * 2]!, dscores[n * 2 + 1]!];
      const [entropy, lse] = [scores[n * 4 + 1]!, scores[n * 4 + 2]!];
      for (let v = 0; v < vocabulary; v++) {
        const i = n * vocabulary + v;
        const logp = logits[i]! * inverseTemperature - lse;
        const p = Math.exp(logp);
        const hit = v === targets[n] ? 1 : 0;
        logits[i] = (dlogprob * (hit - p) - dentropy * p * (logp + entropy)) * inverseTemperature;
      }
    }
  },
  tolerance: { value: 5e-6, reason: 'one exp and a few products in f32' },
  cases: [
    {
      label: 'log-probability and entropy together, one row without gradient',
      params: { rows: 9, vocabulary: 31, inverseTemperature: 1.25 },
      buffers: {
        targets: GRAD_TARGETS,
        scores: gradScores(9, 31, GRAD_LOGITS, GRAD_TARGETS, 1.25),
        dscores: normal(18, 5).map((d, i) => (i < 2 ? 0 : d)),
        logits: [...GRAD_LOGITS, 7.5],
      },
    },
  ],
});
