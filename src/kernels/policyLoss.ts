/**
 * Policy loss of GRPO, BNPO, Dr. GRPO, DAPO (which differ in the weights that the host gives), CISPO and GSPO, with its
 * gradient with respect to every token's log-probability and entropy; corrected, where asked, for a sampler that draws from
 * another distribution. Formulas: TRL's GRPOTrainer (commit f2cd577; corrections as in release 1.16.0).
 */
import wgsl from '../../shaders/policy_loss.wgsl';
import { defineKernel, linear, read, write } from '../gpu/kernel';
import { type CorrectionMode, correctedRatio, corrections, MOST_CORRECTION_EXPONENT, ofSequence } from './correction';
import { policyLossCases } from './policyLossCases';

/** The last whole power of e in f32: exponentials of log-probability gaps are held at it, so that no loss is infinite. */
const MOST_EXPONENT = 88;

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
  constants: { CISPO: 0, SEQUENCE: 0, KL_RATIO: 0, CORRECTION: 0 },
  workgroups: ({ rows }) => linear(rows, 32),
  reference({ scores, reference, tokens, spans, grads, stats }, params, { CISPO, SEQUENCE, KL_RATIO, CORRECTION }) {
    const { rows, epsilonLow, epsilonHigh, delta, beta, entropyWeight, onPolicy } = params;
    const logRatio = (n: number) => (onPolicy ? 0 : scores[n * 4]! - tokens[n * 4]!);
    const logCorrection = (n: number) => (onPolicy ? scores[n * 4]! : tokens[n * 4]!) - tokens[n * 4 + 3]!;
    const gapOf = (n: number) => reference[n * 4]! - scores[n * 4]!;
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
      const [start, end] = SEQUENCE ? span : [n, n + 1];
      let logC = 0;
      for (let m = start; m < end; m++) logC += logRatio(m) / (end - start);
      const held = Math.max(-20, Math.min(20, logC));
      const ratio = Math.exp(held);
      const within = Math.abs(logC) <= 20;
      const multiplies = Math.abs(advantage) * (CISPO ? epsilonHigh * Math.abs(lp) : ratio);
      const mostCorrection = MOST_CORRECTION_EXPONENT - Math.log(Math.max(1, multiplies));
      const factor = (m: number) =>
        correction
          ? correctedRatio(correction, ofSequence(correction.mode) ? logSum : logCorrection(m), mostCorrection)
          : 1;
      const mostGap = MOST_EXPONENT - Math.log(Math.max(1, beta)) - (KL_RATIO ? Math.max(0, held) : 0);
      const k3 = (m: number) => Math.exp(Math.min(gapOf(m), mostGap)) - gapOf(m) - 1;
      let [weights, kls] = [0, 0];
      for (let m = start; m < end; m++) {
        weights += tokens[m * 4 + 2]! * factor(m);
        kls += tokens[m * 4 + 2]! * k3(m);
      }
      let [objective, dlp, bounded] = [0, 0, false];
      if (CISPO) {
        objective = Math.min(ratio, epsilonHigh) * advantage * lp * factor(n);
        dlp = -weight * Math.min(ratio, epsilonHigh) * advantage * factor(n);
        bounded = ratio > epsilonHigh && advantage > 0;
      } else {
        const capped = delta > 0 && ratio > delta;
        const freeRatio = capped ? delta : ratio;
        const free = freeRatio * advantage;
        const clipped = Math.max(lowest, Math.min(highest, ratio)) * advantage;
        objective = Math.min(free, clipped) * factor(n);
        const moves = clipped < free ? ratio >= lowest && ratio <= highest : !capped;
        if (moves && within) dlp = (-advantage * ratio * weights) / (end - start);
        bounded = (freeRatio < lowest && advantage < 0) || (freeRatio > highest && advantage > 0);
      }
      const klRatio = KL_RATIO ? ratio : 1;
      const kl = klRatio * k3(n);
      let penalty = 0;
      if (beta > 0) {
        penalty = beta * kl;
        const ratioMoves = KL_RATIO && within;
        if (ratioMoves && end - start === 1) dlp -= weight * beta * ratio * gapOf(n);
        else {
          if (ratioMoves) dlp += (beta * ratio * kls) / (end - start);
          const dkl = klRatio * (1 - Math.exp(Math.min(gapOf(n), mostGap)));
          dlp += weight * beta * dkl;
        }
      }
      const bonus = entropyWeight === 0 ? 0 : entropyWeight * scores[n * 4 + 1]!;
      grads.set([dlp, -entropyWeight], n * 2);
      stats.set([weight * (penalty - objective) - bonus, ratio, kl, bounded ? 1 : 0], n * 4);
    }
  },
  tolerance: { value: 5e-6, reason: 'exp of differences of f32 log-probabilities' },
  cases: policyLossCases,
});
