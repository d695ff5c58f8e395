/** The policy loss of log-probabilities; how logits and gradients come to them and back is the head's (head.ts). */
import type { Param } from '../../gpu/device';
import { type Correction, corrections } from '../../kernels/correction';
import { policyLoss as policyLossKernel } from '../../kernels/policyLoss';
import { type Graph, type Tensor, TOKENS } from '../graph';

/** What is fixed in a policy loss; the rest comes with the batch. Formulas: kernels/policyLoss.ts. */
export interface PolicyLossOptions {
  readonly cispo: boolean;
  readonly sequenceRatio: boolean;
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  /** 0 for none. */
  readonly delta: number;
  readonly beta: number;
  /** Multiplies KL by the ratio. */
  readonly klRatio: boolean;
  /** For a sampler that draws from another distribution; null for none. */
  readonly correction: Correction | null;
}

/**
 * Of one batch: [N, 4] old log-probability, advantage, weight, sampler's log-probability; [N, 4] scores under the reference;
 * [N, 2] spans.
 */
export interface PolicyBatch {
  readonly reference: Tensor;
  readonly tokens: Tensor;
  readonly spans: Tensor;
}

/**
 * The policy loss of scores [N, 4] alone: (dlogprob, dentropy) [N, 2] and (loss, ratio, KL, clipped) [N, 4] of every token.
 * Each run says `entropyWeight` and `onPolicy`.
 */
export function policyLossOfScores(
  graph: Graph,
  scores: Tensor,
  { reference, tokens, spans }: PolicyBatch,
  { cispo, sequenceRatio, klRatio, correction, ...options }: PolicyLossOptions,
): { dscores: Tensor; stats: Tensor } {
  const rows = scores.shape[0]!;
  const dscores = graph.tensor('d(scores)', [rows, 2]);
  const stats = graph.tensor('policy stats', [rows, 4]);
  const entropyWeight: Param = { dynamic: 'entropyWeight' };
  const onPolicy: Param = { dynamic: 'onPolicy' };
  graph.dispatch(
    'policy loss',
    policyLossKernel,
    { scores, reference, tokens, spans, grads: dscores, stats },
    {
      rows: TOKENS,
      ...options,
      entropyWeight,
      onPolicy,
      correctionMin: correction?.min ?? 0,
      correctionMax: correction?.max ?? 0,
    },
    {
      CISPO: cispo ? 1 : 0,
      SEQUENCE: sequenceRatio ? 1 : 0,
      KL_RATIO: klRatio ? 1 : 0,
      CORRECTION: correction ? corrections[correction.mode] : 0,
    },
  );
  return { dscores, stats };
}
