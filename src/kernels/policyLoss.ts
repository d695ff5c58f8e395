/**
 * Policy loss of GRPO, BNPO, Dr. GRPO, DAPO (which differ in the weights that the host gives), CISPO and GSPO, with its
 * gradient with respect to every token's log-probability and entropy; corrected, where asked, for a sampler that draws from
 * another distribution. Formulas: TRL's GRPOTrainer (commit f2cd577; corrections as in release 1.16.0).
 */
import wgsl from '../../shaders/policy_loss.wgsl';
import { defineKernel, linear, read, write } from '../gpu/kernel';
import { type CorrectionMode, correctedRatio, corrections, ofSequence } from './correction';
import { normal, uniform, unwritten } from './fill';

const ROWS = 40;
/** Completions of 1 to 14 tokens with a token between them that belongs to none. */
const SPANS = [0, 14, 15, 16, 17, 25, 26, 39];
const inSpan = (n: number) => {
  for (let i = 0; i < SPANS.length; i += 2) if (n >= SPANS[i]! && n < SPANS[i + 1]!) return [SPANS[i]!, SPANS[i + 1]!];
  return null;
};
const LOGPROBS = uniform(ROWS, 1, -3, -0.05);
const DRIFT = normal(ROWS, 2, 0.3);
const ENTROPIES = uniform(ROWS, 3, 0, 2);
const REFERENCES = normal(ROWS, 4, 0.3);
const SAMPLER_DRIFT = normal(ROWS, 5, 0.3);
const advantageOf = (span: number[]) => [1.2, -0.7, 0.4, -1.3][SPANS.indexOf(span[0]!) / 2]!;

const buffers = () => ({
  scores: LOGPROBS.flatMap((lp, n) => [lp, ENTROPIES[n]!, 0, 0]),
  tokens: LOGPROBS.flatMap((lp, n) => {
    const span = inSpan(n);
    return span
      ? [
          Math.fround(lp - DRIFT[n]!),
          advantageOf(span),
          Math.fround(1 / 4 / (span[1]! - span[0]!)),
          Math.fround(lp - DRIFT[n]! + SAMPLER_DRIFT[n]!),
        ]
      : [0, 0, 0, 0];
  }),
  reference: LOGPROBS.flatMap((lp, n) => [Math.fround(lp + REFERENCES[n]!), 0, 0, 0]),
  spans: LOGPROBS.flatMap((_, n) => inSpan(n) ?? [n, n]),
  grads: unwritten(ROWS * 2 + 2),
  stats: unwritten(ROWS * 4 + 4),
});
const options = {
  rows: ROWS,
  epsilonLow: 0.2,
  epsilonHigh: 0.28,
  delta: 0,
  beta: 0.04,
  entropyWeight: 0.001,
  onPolicy: 0,
  correctionMin: 0,
  correctionMax: 0,
};
const PLAIN = { CISPO: 0, SEQUENCE: 0, KL_RATIO: 0, CORRECTION: 0 };

export const policyLoss = defineKernel({
  name: 'policy_loss',
  wgsl,
  bindings: {
    scores: read('vec4f'),
    reference: read('vec4f'),
    tokens: read('vec4f'),
    spans: read('vec2u'),
    grads: write('vec2f'),
    stats: write('vec4f'),
  },
  params: {
    rows: 'u32',
    epsilonLow: 'f32',
    epsilonHigh: 'f32',
    /** Upper cap of the ratio before clipping; 0 for none. */
    delta: 'f32',
    beta: 'f32',
    /** γ ÷ completion tokens of the whole batch. */
    entropyWeight: 'f32',
    onPolicy: 'u32',
    correctionMin: 'f32',
    correctionMax: 'f32',
  },
  constants: PLAIN,
  workgroups: ({ rows }) => linear(rows, 32),
  reference({ scores, reference, tokens, spans, grads, stats }, params, { CISPO, SEQUENCE, KL_RATIO, CORRECTION }) {
    const { rows, epsilonLow, epsilonHigh, delta, beta, entropyWeight, onPolicy } = params;
    const logRatio = (n: number) => (onPolicy ? 0 : scores[n * 4]! - tokens[n * 4]!);
    const logCorrection = (n: number) => (onPolicy ? scores[n * 4]! : tokens[n * 4]!) - tokens[n * 4 + 3]!;
    const k3 = (n: number) => {
      const gap = reference[n * 4]! - scores[n * 4]!;
      return Math.exp(gap) - gap - 1;
    };
    const mode = (Object.keys(corrections) as CorrectionMode[]).find((name) => corrections[name] === CORRECTION);
    const correction = mode && { mode, min: params.correctionMin, max: params.correctionMax };
    const [lowest, highest] = [1 - epsilonLow, 1 + epsilonHigh];
    for (let n = 0; n < rows; n++) {
      const [advantage, weight] = [tokens[n * 4 + 1]!, tokens[n * 4 + 2]!];
      if (!weight) {
        grads.set([0, 0], n * 2);
        stats.set([0, 1, 0, 0], n * 4);
        continue;
      }
      const lp = scores[n * 4]!;
      const span = [spans[n * 2]!, spans[n * 2 + 1]!] as const;
      let logSum = 0;
      if (correction) for (let m = span[0]; m < span[1]; m++) logSum += logCorrection(m);
      const factor = (m: number) =>
        correction ? correctedRatio(correction, ofSequence(correction.mode) ? logSum : logCorrection(m)) : 1;
      const [start, end] = SEQUENCE ? span : [n, n + 1];
      let [logC, weights, kls] = [0, 0, 0];
      for (let m = start; m < end; m++) {
        logC += logRatio(m) / (end - start);
        weights += tokens[m * 4 + 2]! * factor(m);
        kls += tokens[m * 4 + 2]! * k3(m);
      }
      const ratio = Math.exp(Math.max(-20, Math.min(20, logC)));
      const within = Math.abs(logC) <= 20;
      let [objective, dlp, bounded] = [0, 0, false];
      if (CISPO) {
        objective = Math.min(ratio, epsilonHigh) * advantage * lp * factor(n);
        dlp = -weight * Math.min(ratio, epsilonHigh) * advantage * factor(n);
        bounded = ratio > epsilonHigh && advantage > 0;
      } else {
        const capped = delta > 0 && ratio > delta;
        const held = capped ? delta : ratio;
        const free = held * advantage;
        const clipped = Math.max(lowest, Math.min(highest, ratio)) * advantage;
        objective = Math.min(free, clipped) * factor(n);
        const moves = clipped < free ? ratio >= lowest && ratio <= highest : !capped;
        if (moves && within) dlp = (-advantage * ratio * weights) / (end - start);
        bounded = (held < lowest && advantage < 0) || (held > highest && advantage > 0);
      }
      const klRatio = KL_RATIO ? ratio : 1;
      const kl = klRatio * k3(n);
      if (KL_RATIO && within) dlp += (beta * ratio * kls) / (end - start);
      const dkl = klRatio * (1 - Math.exp(reference[n * 4]! - lp));
      grads.set([dlp + weight * beta * dkl, -entropyWeight], n * 2);
      stats.set(
        [weight * (beta * kl - objective) - entropyWeight * scores[n * 4 + 1]!, ratio, kl, bounded ? 1 : 0],
        n * 4,
      );
    }
  },
  tolerance: { value: 5e-6, reason: 'exp of differences of f32 log-probabilities' },
  cases: [
    { label: 'token ratios with clip-higher, KL and entropy', params: options, buffers: buffers() },
    { label: 'two-sided clipping', params: { ...options, delta: 1.3 }, buffers: buffers() },
    { label: 'a cap below the clip range', params: { ...options, delta: 1.1 }, buffers: buffers() },
    { label: 'on policy: the ratio is 1', params: { ...options, onPolicy: 1 }, buffers: buffers() },
    {
      label: 'CISPO',
      params: { ...options, epsilonHigh: 1.2 },
      constants: { ...PLAIN, CISPO: 1 },
      buffers: buffers(),
    },
    {
      label: 'sequence ratios (GSPO)',
      params: { ...options, epsilonLow: 0.03, epsilonHigh: 0.04 },
      constants: { ...PLAIN, SEQUENCE: 1 },
      buffers: buffers(),
    },
    ...Object.entries(corrections).flatMap(([mode, CORRECTION]) =>
      [0, 1].map((SEQUENCE) => ({
        label: `${mode}, ${SEQUENCE ? 'sequence' : 'token'} ratios`,
        params: { ...options, correctionMin: 0.7, correctionMax: 1.3 },
        constants: { ...PLAIN, SEQUENCE, CORRECTION },
        buffers: buffers(),
      })),
    ),
    {
      label: 'CISPO on policy, corrected',
      params: { ...options, epsilonHigh: 1.2, onPolicy: 1, correctionMax: 1.3 },
      constants: { ...PLAIN, CISPO: 1, CORRECTION: corrections.token_mask },
      buffers: buffers(),
    },
    {
      label: 'KL times the ratio',
      params: options,
      constants: { ...PLAIN, KL_RATIO: 1 },
      buffers: buffers(),
    },
    {
      label: 'KL times the ratio of the sequence',
      params: options,
      constants: { ...PLAIN, SEQUENCE: 1, KL_RATIO: 1 },
      buffers: buffers(),
    },
  ],
});
