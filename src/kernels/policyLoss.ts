/**
 * Policy loss with its gradient with respect to every token's log-probability and entropy: the part that all losses share. A loss
 * brings its objective as WGSL and as a plain function (train/losses), and this file makes a kernel of it. Formulas: TRL's
 * GRPOTrainer (commit f2cd577; later losses and corrections as in release 1.16.0).
 */
import wgsl from '../../shaders/policy_loss.wgsl';
import { defineKernel, type Kernel, linear, read, write } from '../gpu/kernel';
import { type CorrectionMode, correctedRatio, corrections, MOST_CORRECTION_EXPONENT, ofSequence } from './correction';
import { type ObjectiveCase, policyLossCases } from './policyLossCases';

/** The last whole power of e in f32: exponentials of log-probability gaps are held at it, so that no loss is infinite. */
const MOST_EXPONENT = 88;

const params = {
  rows: 'u32',
  epsilonLow: 'f32',
  epsilonHigh: 'f32',
  /** Upper cap of the ratio before clipping; 0 for none. */
  delta: 'f32',
  beta: 'f32',
  /** γ ÷ tokens that the bonus counts. */
  entropyWeight: 'f32',
  onPolicy: 'u32',
  correctionMin: 'f32',
  correctionMax: 'f32',
  /** With TOP_ENTROPY: tokens of a smaller entropy have no objective. */
  entropyThreshold: 'f32',
} as const;

type Params = Readonly<Record<string, number>>;
export type PolicyLossKernel = Kernel<'scores' | 'reference' | 'tokens' | 'spans' | 'grads' | 'stats', string>;

/** One token, as an objective sees it. */
export interface PolicyToken {
  /** Policy ÷ policy before, of the token or of its completion. */
  readonly ratio: number;
  readonly advantage: number;
  readonly logprob: number;
  /** log(policy ÷ policy before) of every token of the completion. */
  logRatios(): number[];
  /** Logarithm of the sampler's correction, of every token of the completion; empty without a correction. */
  logCorrections(): number[];
}

/** The objective of one token: its value, or its gate where the objective is gated; names as in the shader. */
export interface TokenObjective {
  readonly value: number;
  /** Derivative in the ratio; 0 for a gate, which is held constant. */
  readonly slope: number;
  /** Bound of what multiplies the advantage. */
  readonly most: number;
  /** Number that the metrics show: 1 where a clip bound decides, or the gate. */
  readonly mark: number;
}

/** The objective of a policy loss, in place of TRL's branch on `loss_type`. */
export interface Objective {
  /** Name of the kernel. */
  readonly name: string;
  /** `fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective`. */
  readonly wgsl: string;
  /** The same in plain code. */
  readonly plain: (token: PolicyToken, params: Params) => TokenObjective;
  /** The objective is gate · advantage · log-probability, with the gate held constant. */
  readonly gated: boolean;
  /** The sampler's correction multiplies the objective; false where the objective uses it itself. */
  readonly corrected: boolean;
  /** Uniforms beside the shared ones: options of the loss's own. */
  readonly params: readonly string[];
  /** Values of its uniforms for the cases. */
  readonly cases: readonly ObjectiveCase[];
}

/** Rows of the shader before what all losses share. */
const preambleOf = ({ wgsl, gated, corrected }: Objective, fields: Readonly<Record<string, string>>): string =>
  [
    `struct Params { ${Object.entries(fields)
      .map(([name, type]) => `${name}: ${type}`)
      .join(', ')} }`,
    `const GATED: bool = ${gated};`,
    `const CORRECTED: bool = ${corrected};`,
    wgsl,
  ].join('\n');

/** The kernel of an objective. */
export function policyLossKernel(objective: Objective): PolicyLossKernel {
  const { gated, corrected, plain } = objective;
  const fields: Record<string, 'u32' | 'f32'> = { ...params };
  for (const name of objective.params) fields[name] = 'f32';
  return defineKernel({
    name: objective.name,
    wgsl: preambleOf(objective, fields) + wgsl,
    bindings: {
      scores: read('vec4f'),
      reference: read('vec4f'),
      tokens: read('vec4f'),
      spans: read('vec2u'),
      grads: write('vec2f'),
      stats: write('vec4f'),
    },
    params: fields,
    constants: { SEQUENCE: 0, KL_RATIO: 0, CORRECTION: 0, TOP_ENTROPY: 0 },
    workgroups: ({ rows }) => linear(rows!, 32),
    reference(
      { scores, reference, tokens, spans, grads, stats },
      given,
      { SEQUENCE, KL_RATIO, CORRECTION, TOP_ENTROPY },
    ) {
      const { rows, beta, onPolicy, entropyThreshold } = given as Record<keyof typeof params, number>;
      const logRatio = (n: number) => (onPolicy ? 0 : scores[n * 4]! - tokens[n * 4]!);
      const logCorrection = (n: number) => (onPolicy ? scores[n * 4]! : tokens[n * 4]!) - tokens[n * 4 + 3]!;
      const gapOf = (n: number) => reference[n * 4]! - scores[n * 4]!;
      const kept = (n: number) => !TOP_ENTROPY || scores[n * 4 + 1]! >= entropyThreshold;
      const mode = (Object.keys(corrections) as CorrectionMode[]).find((name) => corrections[name] === CORRECTION);
      const correction = mode && { mode, min: given.correctionMin!, max: given.correctionMax! };
      for (let n = 0; n < rows; n++) {
        const [advantage, weight] = [tokens[n * 4 + 1]!, tokens[n * 4 + 2]!];
        if (!weight) {
          grads.set([0, 0], n * 2);
          stats.set([0, 1, 0, 0], n * 4);
          continue;
        }
        const lp = scores[n * 4]!;
        const span = [spans[n * 2]!, spans[n * 2 + 1]!] as const;
        const places = () => Array.from({ length: span[1] - span[0] }, (_, i) => span[0] + i);
        let logSum = 0;
        if (correction) for (let m = span[0]; m < span[1]; m++) logSum += logCorrection(m);
        const [start, end] = SEQUENCE ? span : [n, n + 1];
        let logC = 0;
        for (let m = start; m < end; m++) logC += logRatio(m) / (end - start);
        const held = Math.max(-20, Math.min(20, logC));
        const ratio = Math.exp(held);
        const within = Math.abs(logC) <= 20;
        const token: PolicyToken = {
          ...{ ratio, advantage, logprob: lp },
          logRatios: () => places().map(logRatio),
          logCorrections: () =>
            correction ? places().map((m) => Math.log(correctedRatio(correction, logCorrection(m)))) : [],
        };
        const asked = plain(token, given);
        const multiplies = Math.abs(advantage) * (gated ? asked.most * Math.abs(lp) : asked.most);
        const mostCorrection = MOST_CORRECTION_EXPONENT - Math.log(Math.max(1, multiplies));
        const factor = (m: number) =>
          correction && corrected
            ? correctedRatio(correction, ofSequence(correction.mode) ? logSum : logCorrection(m), mostCorrection)
            : 1;
        const mostGap = MOST_EXPONENT - Math.log(Math.max(1, beta)) - (KL_RATIO ? Math.max(0, held) : 0);
        const k3 = (m: number) => Math.exp(Math.min(gapOf(m), mostGap)) - gapOf(m) - 1;
        let [weights, kls] = [0, 0];
        for (let m = start; m < end; m++) {
          if (kept(m)) weights += tokens[m * 4 + 2]! * factor(m);
          kls += tokens[m * 4 + 2]! * k3(m);
        }
        const objective = kept(n) ? (gated ? asked.value * advantage * lp : asked.value) * factor(n) : 0;
        let dlp = 0;
        if (gated) dlp = kept(n) ? -weight * asked.value * advantage * factor(n) : 0;
        else if (within && asked.slope !== 0) dlp = (-asked.slope * ratio * weights) / (end - start);
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
        const entropyWeight = kept(n) ? given.entropyWeight! : 0;
        const bonus = entropyWeight === 0 ? 0 : entropyWeight * scores[n * 4 + 1]!;
        grads.set([dlp, -entropyWeight], n * 2);
        stats.set([weight * (penalty - objective) - bonus, ratio, kl, asked.mark], n * 4);
      }
    },
    tolerance: { value: 5e-6, reason: 'exp of differences of f32 log-probabilities' },
    cases: policyLossCases(objective.cases, corrected),
  });
}
